import { isDeepStrictEqual } from 'node:util';
import { show } from './show.ts';

/** The fields that matter: others may be there. Arrays, dates, maps and sets must be equal as a whole. */
export type MessagePattern<Message> = Message extends readonly unknown[] | Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
  ? Message
  : Message extends object
    ? { readonly [Field in keyof Message]?: FieldPattern<Message[Field]> }
    : Message;

/** A value, fields of it, or a function that decides; matchers of a test runner work too. */
export type FieldPattern<Value> = ((value: Value) => boolean) | MessagePattern<Value>;

/** One field that is not as it was wanted, as text. */
export type FieldDifference = string;

/** Every field of the pattern that the value does not match; none when it does. */
export function differences(pattern: unknown, value: unknown, path = ''): readonly FieldDifference[] {
  if (typeof pattern === 'function') return holds(() => (pattern as (value: unknown) => unknown)(value)) ? [] : [refused(path, value)];
  if (isMatcher(pattern)) return holds(() => pattern.asymmetricMatch(value)) ? [] : [wanted(path, pattern, value)];
  if (!isPlain(pattern)) return isDeepStrictEqual(value, pattern) ? [] : [wanted(path, pattern, value)];
  if (typeof value !== 'object' || value === null) return [wanted(path, pattern, value)];
  return Object.entries(pattern).flatMap(([field, inner]) =>
    differences(inner, (value as Readonly<Record<string, unknown>>)[field], path === '' ? field : `${path}.${field}`),
  );
}

/** A matcher of a test runner, such as `expect.any(String)`. */
interface Matcher {
  asymmetricMatch(value: unknown): boolean;
}

function isMatcher(pattern: unknown): pattern is Matcher {
  return typeof pattern === 'object' && pattern !== null && typeof (pattern as Partial<Matcher>).asymmetricMatch === 'function';
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A predicate that throws has not held. */
function holds(decide: () => unknown): boolean {
  try {
    return Boolean(decide());
  } catch {
    return false;
  }
}

const wanted = (path: string, pattern: unknown, value: unknown): FieldDifference =>
  `${path === '' ? 'it' : path} is ${show(value)}, wanted ${show(pattern)}`;

const refused = (path: string, value: unknown): FieldDifference =>
  `${path === '' ? 'it' : path} is ${show(value)}, which the predicate refused`;
