/** What fastify's validation keeps of an issue of zod. */
interface ValidationIssue {
  keyword: string;
  message?: string | undefined;
  params: Readonly<Record<string, unknown>>;
}

/** Our sentence for what is wrong with a part of a request; those that a schema brings itself stay. Never names the value that was given. */
export function describeIssue({ keyword, message = 'is not valid', params }: ValidationIssue): string {
  const { values, minimum, maximum, origin, expected, format, keys } = params;
  if (keyword === 'invalid_value' && Array.isArray(values)) return `must be one of ${values.join(', ')}`;
  if (keyword === 'too_big' && isNumber(origin)) return `must be at most ${maximum}`;
  if (keyword === 'too_small')
    return isNumber(origin) ? `must be at least ${minimum}` : Number(minimum) === 1 ? 'must not be empty' : message;
  if (keyword === 'unrecognized_keys' && Array.isArray(keys)) return `${keys.join(', ')} is not known here`;
  if (keyword === 'invalid_format' && format === 'datetime') return 'must be a moment such as 2027-01-31T12:00:00Z';
  if (keyword === 'invalid_type' && typeof expected === 'string') {
    return message.endsWith('received undefined') ? 'is missing' : `must be ${article(expected)} ${named[expected] ?? expected}`;
  }
  return message.replace(/^Invalid input: /, '');
}

const named: Readonly<Record<string, string>> = { int: 'whole number', array: 'list', record: 'object' };
const article = (expected: string) => (/^[aeou]/.test(named[expected] ?? expected) ? 'an' : 'a');
const isNumber = (origin: unknown) => origin === 'number' || origin === 'int';
