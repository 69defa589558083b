import packageFacts from '../package.json' with { type: 'json' };

export const cbcrVersion: string = packageFacts.version;
