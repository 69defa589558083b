/** A value that was read, or what is wrong with the text; a problem never repeats the text. */
export type Reading<Value> = { value: Value } | { problem: string };

/** One variable of the environment: its name, what it is for, how its text is read, and what holds when it is absent. */
export interface Variable<Value = unknown> {
  readonly name: string;
  /** For the table of variables: one sentence without a full stop. */
  readonly about: string;
  /** What the text looks like, for the table. */
  readonly form: string;
  /** Its text must never be shown. */
  readonly secret: boolean;
  readonly presence: 'required' | 'optional' | { readonly otherwise: string };
  read(text: string): Reading<Value>;
}

/** Several variables under the names by which code uses them. */
export type EnvironmentSchema = Readonly<Record<string, Variable>>;
export type EnvironmentOf<Schema extends EnvironmentSchema> = {
  [Name in keyof Schema]: Schema[Name] extends Variable<infer Value> ? Value : never;
};

/** What a form of text is and how it is read. */
export interface Form<Value> {
  readonly form: string;
  readonly secret?: boolean;
  read(text: string): Reading<Value>;
}

const declare = <Value>(name: string, form: Form<Value>, about: string) => ({ name, about, form: form.form, secret: form.secret ?? false });

export const required = <Value>(name: string, form: Form<Value>, about: string): Variable<Value> => ({
  ...declare(name, form, about),
  presence: 'required',
  read: form.read,
});

export const optional = <Value>(name: string, form: Form<Value>, about: string): Variable<Value | undefined> => ({
  ...declare(name, form, about),
  presence: 'optional',
  read: form.read,
});

/** `otherwise` is the text that is read when the variable is absent. */
export const withDefault = <Value>(name: string, form: Form<Value>, otherwise: string, about: string): Variable<Value> => ({
  ...declare(name, form, about),
  presence: { otherwise },
  read: form.read,
});
