import { DeliveryError, MessageError } from '../errors/bus-error.ts';

/** The deepest nesting that is written or read. */
export const MAX_DEPTH = 64;

/** The mark of a value that JSON has no word for: an object with this one key. A user's own `$…` keys get one `$` more. */
const TAGS = ['$date', '$bigint', '$bytes', '$map', '$set', '$number'] as const;
type Tag = (typeof TAGS)[number];

/**
 * True when JSON writes the value as it is; false when it needs {@link toTagged}.
 * @throws MessageError `MESSAGE_NOT_SERIALIZABLE` for functions, symbols, and nesting beyond {@link MAX_DEPTH} (so, cycles)
 */
export function isPlainJson(value: unknown): boolean {
  const plain = isPlain(value, 0);
  if (plain === undefined) throw problemIn(value, '', 0);
  return plain;
}

/** As {@link isPlainJson}, but `undefined` where there is a problem: no path is carried along for nothing. */
function isPlain(value: unknown, depth: number): boolean | undefined {
  if (typeof value === 'object' && value !== null) return isPlainObject(value, depth);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'bigint') return false;
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : true;
}

function isPlainObject(value: object, depth: number): boolean | undefined {
  if (depth >= MAX_DEPTH) return undefined;
  if (isSpecial(value)) return false;
  if (Array.isArray(value)) return arePlain(value, depth + 1);
  return hasToJson(value) ? true : arePartsPlain(value as Record<string, unknown>, depth + 1);
}

function arePlain(values: readonly unknown[], depth: number): boolean | undefined {
  let plain = true;
  for (const value of values) {
    const part = isPlain(value, depth);
    if (part === undefined) return undefined;
    plain = part && plain;
  }
  return plain;
}

function arePartsPlain(parts: Record<string, unknown>, depth: number): boolean | undefined {
  let plain = true;
  for (const key in parts) {
    const part = key === '__proto__' ? undefined : isPlain(parts[key], depth);
    if (part === true || !Object.hasOwn(parts, key)) continue; // what is inherited is not written
    if (part === undefined) return undefined;
    plain = false;
  }
  return plain;
}

/** The first thing that cannot be written, with its path. */
function problemIn(value: unknown, path: string, depth: number): MessageError | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return notSerializable(path, `a ${typeof value}`);
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return notSerializable(path, `nested deeper than ${MAX_DEPTH} levels, or a cycle`);
  if (isSpecial(value)) return undefined;
  if (Object.hasOwn(value, '__proto__')) return notSerializable(`${path}.__proto__`, 'a key named __proto__');
  return Array.isArray(value) || !hasToJson(value) ? problemInParts(value, path, depth + 1) : undefined;
}

function problemInParts(value: object, path: string, depth: number): MessageError | undefined {
  for (const [key, part] of Object.entries(value)) {
    const problem = problemIn(part, `${path}.${key}`, depth);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const hasToJson = (value: object): boolean => typeof (value as { toJSON?: unknown }).toJSON === 'function';

const isSpecial = (value: object): boolean =>
  value instanceof Date || value instanceof Map || value instanceof Set || value instanceof Uint8Array;

function notSerializable(path: string, what: string, wayOut: string = 'Send plain data.'): MessageError {
  const where = path === '' ? 'it' : `"${path.slice(1)}"`;
  return new MessageError('MESSAGE_NOT_SERIALIZABLE', `The message cannot be written as JSON: ${where} is ${what}. ${wayOut}`, {
    details: { path: path.slice(1) },
  });
}

/** JSON has no word for nothing at all. */
export function assertWritten(text: string | undefined): string {
  if (text === undefined) throw notSerializable('', 'undefined', 'Send `{}` where it has no fields.');
  return text;
}

const tagged = (tag: Tag, value: unknown): unknown => ({ [tag]: value });

/** The value with every part that JSON has no word for replaced by a tagged object. */
export function toTagged(value: unknown): unknown {
  if (typeof value === 'bigint') return tagged('$bigint', value.toString());
  if (typeof value === 'number' && !Number.isFinite(value)) return tagged('$number', String(value));
  return typeof value === 'object' && value !== null ? objectToTagged(value) : value;
}

function objectToTagged(value: object): unknown {
  if (value instanceof Date) return tagged('$date', Number.isNaN(value.getTime()) ? null : value.toISOString());
  if (value instanceof Uint8Array) return tagged('$bytes', Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join(''));
  if (value instanceof Map)
    return tagged(
      '$map',
      Array.from(value, ([key, item]) => [toTagged(key), toTagged(item)]),
    );
  if (value instanceof Set) return tagged('$set', Array.from(value, toTagged));
  if (Array.isArray(value)) return value.map(toTagged);
  if (hasToJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.startsWith('$') ? `$${key}` : key, toTagged(item)]));
}

/** The inverse of {@link toTagged}, over what `JSON.parse` gave. */
export function fromTagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromTagged);
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && (TAGS as readonly string[]).includes(first[0]))
    return revive(first[0] as Tag, first[1]);
  return Object.fromEntries(entries.map(([key, item]) => [key.startsWith('$$') ? key.slice(1) : key, fromTagged(item)]));
}

function revive(tag: Tag, value: unknown): unknown {
  try {
    switch (tag) {
      case '$date':
        return new Date(value === null ? Number.NaN : (value as string));
      case '$bigint':
        return BigInt(value as string);
      case '$number':
        return Number(value);
      case '$bytes':
        return Uint8Array.from((value as string).match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
      case '$map':
        return new Map((value as [unknown, unknown][]).map(([key, item]) => [fromTagged(key), fromTagged(item)]));
      default:
        return new Set((value as unknown[]).map(fromTagged));
    }
  } catch (cause) {
    throw new DeliveryError('BODY_UNREADABLE', `The body holds a "${tag}" that is none. Mend the sender.`, { cause });
  }
}

/** Throws unless a parsed body is within the depth limit and free of `__proto__` keys. */
export function assertSafe(value: unknown, depth: number = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth >= MAX_DEPTH) throw tooDeep();
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) assertSafe(value[index], depth + 1);
    return;
  }
  for (const key in value) {
    if (key === '__proto__') {
      throw new DeliveryError('BODY_NOT_ALLOWED', 'The body holds a key named __proto__. Find out who sent it.');
    }
    assertSafe((value as Record<string, unknown>)[key], depth + 1);
  }
}

/** Throws when the text nests deeper than the limit, without parsing it. For large bodies, which are costly to parse in vain. */
export function assertShallow(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) index = endOfString(text, index + 1);
    else if (unit === OPEN_BRACKET || unit === OPEN_BRACE) depth += 1;
    else if (unit === CLOSE_BRACKET || unit === CLOSE_BRACE) depth -= 1;
    if (depth > MAX_DEPTH) throw tooDeep();
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** The index of the quote that ends a string which began before `from`. */
function endOfString(text: string, from: number): number {
  let index = from;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  return index;
}

function tooDeep(): DeliveryError {
  return new DeliveryError('BODY_TOO_DEEP', `The body is nested deeper than ${MAX_DEPTH} levels. Flatten the message.`, {
    details: { max: MAX_DEPTH },
  });
}
