/**
 * The part of Standard Schema v1 (https://standardschema.dev) that the bus uses. Schemas of zod, valibot, arktype and
 * others fit as they are; no dependency is needed.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a validation gives: a value, or the issues that stand against it. */
export type SchemaResult<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The type that a schema takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input'];

/** The type that a schema gives. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output'];

/** A type where a schema is expected, without any validation: `{ reply: typed<OrderView>() }`. */
export function typed<T>(): StandardSchema<T, T> {
  return TYPE_ONLY as StandardSchema<T, T>;
}

const TYPE_ONLY: StandardSchema = Object.freeze({
  '~standard': Object.freeze({ version: 1 as const, vendor: 'waybill', validate: (value: unknown) => ({ value }) }),
});

/** An issue as one line: `items.0.price: expected number`. */
export function formatIssue(issue: SchemaIssue): string {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
