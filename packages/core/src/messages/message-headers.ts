import type { HeaderKey } from './headers.ts';
import { HEADERS } from './headers.ts';

/** What nearly every message carries: these have their slots from the beginning, the others when they are written. */
const COMMON: readonly HeaderKey[] = ['id', 'name', 'version', 'sent', 'source', 'correlation', 'conversation', 'contentType'];
const KEYS: readonly HeaderKey[] = [...COMMON, ...(Object.keys(HEADERS) as HeaderKey[]).filter((key) => !COMMON.includes(key))];
const NAMES: readonly string[] = KEYS.map((key) => HEADERS[key]);
const SLOT_BY_NAME: ReadonlyMap<string, number> = new Map(NAMES.map((name, slot) => [name, slot]));

/** Where a known header stands inside {@link MessageHeaders}: reading it by slot is an array access, not a look-up. */
export const SLOTS = Object.freeze(Object.fromEntries(KEYS.map((key, slot) => [key, slot]))) as Readonly<Record<HeaderKey, number>>;

/**
 * The headers of one message: a map of strings that is safe against `__proto__` and cheap to make and copy.
 * Known headers live in slots, the user's own in a `Map` that is made on first use. Copies share both until one is written to.
 */
export class MessageHeaders implements ReadonlyMap<string, string> {
  #slots: (string | undefined)[];
  #custom: Map<string, string> | undefined;
  /** Somebody else reads the same slots and map. */
  #shared: boolean;

  private constructor(slots: (string | undefined)[], custom: Map<string, string> | undefined, shared: boolean) {
    this.#slots = slots;
    this.#custom = custom;
    this.#shared = shared;
  }

  /** No headers yet. */
  static empty(): MessageHeaders {
    return new MessageHeaders([undefined, undefined, undefined, undefined, undefined, undefined, undefined, undefined], undefined, false);
  }

  /** A copy: what is written to one of the two, the other does not see. */
  static copyOf(source: ReadonlyMap<string, string>): MessageHeaders {
    if (source instanceof MessageHeaders) {
      source.#shared = true;
      return new MessageHeaders(source.#slots, source.#custom, true);
    }
    const copy = MessageHeaders.empty();
    for (const [name, value] of source) copy.set(name, value);
    return copy;
  }

  /** The same headers, in the form that is read fast; they are not to be written to. */
  static readOnly(source: ReadonlyMap<string, string>): MessageHeaders {
    return source instanceof MessageHeaders ? source : MessageHeaders.copyOf(source);
  }

  get(name: string): string | undefined {
    const slot = SLOT_BY_NAME.get(name);
    return slot === undefined ? this.#custom?.get(name) : this.#slots[slot];
  }

  /** The value of a known header; see {@link SLOTS}. */
  at(slot: number): string | undefined {
    return this.#slots[slot];
  }

  /** Sets a known header; `undefined` removes it. */
  put(slot: number, value: string | undefined): void {
    if (this.#shared) this.#own();
    this.#write(slot, value);
  }

  set(name: string, value: string): this {
    if (this.#shared) this.#own();
    const slot = SLOT_BY_NAME.get(name);
    if (slot === undefined) (this.#custom ??= new Map()).set(name, value);
    else this.#write(slot, value);
    return this;
  }

  delete(name: string): boolean {
    if (this.#shared) this.#own();
    const slot = SLOT_BY_NAME.get(name);
    if (slot === undefined) return this.#custom?.delete(name) ?? false;
    const had = this.#slots[slot] !== undefined;
    this.#write(slot, undefined);
    return had;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** True when there is a header of this name that is none of those with a slot. */
  hasCustom(name: string): boolean {
    return this.#custom !== undefined && this.#custom.has(name);
  }

  get size(): number {
    let size = this.#custom?.size ?? 0;
    for (const value of this.#slots) if (value !== undefined) size += 1;
    return size;
  }

  forEach(callback: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }

  *entries(): MapIterator<[string, string]> {
    for (let slot = 0; slot < this.#slots.length; slot += 1) {
      const value = this.#slots[slot];
      if (value !== undefined) yield [NAMES[slot] as string, value];
    }
    if (this.#custom !== undefined) yield* this.#custom.entries();
  }

  *keys(): MapIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): MapIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  /** The user's own headers, without those of the bus and of W3C trace context; a copy of them. */
  get custom(): ReadonlyMap<string, string> {
    return new Map(this.#custom);
  }

  /** True when they weigh at most `limit` bytes on the wire; cheaper than {@link byteLength} where the answer is plain. */
  fitsInto(limit: number): boolean {
    let units = 0;
    const slots = this.#slots;
    for (let slot = 0; slot < slots.length; slot += 1) {
      const value = slots[slot];
      if (value !== undefined) units += (NAMES[slot] as string).length + value.length;
    }
    if (this.#custom !== undefined) for (const [name, value] of this.#custom) units += name.length + value.length;
    return units * MAX_BYTES_PER_UNIT <= limit || this.byteLength() <= limit;
  }

  /** What the headers weigh on the wire: the UTF-8 bytes of all names and values. */
  byteLength(): number {
    let bytes = 0;
    const slots = this.#slots;
    for (let slot = 0; slot < slots.length; slot += 1) {
      const value = slots[slot];
      if (value !== undefined) bytes += (NAMES[slot] as string).length + utf8Length(value);
    }
    if (this.#custom !== undefined) for (const [name, value] of this.#custom) bytes += utf8Length(name) + utf8Length(value);
    return bytes;
  }

  /** Slots beyond those that every message has are made when the first of them is written. */
  #write(slot: number, value: string | undefined): void {
    if (slot >= this.#slots.length) {
      if (value === undefined) return;
      while (this.#slots.length < slot) this.#slots.push(undefined);
    }
    this.#slots[slot] = value;
  }

  /** Ends the sharing: from now on what is written here is seen only here. */
  #own(): void {
    this.#slots = this.#slots.slice();
    if (this.#custom !== undefined) this.#custom = new Map(this.#custom);
    this.#shared = false;
  }
}

/** In UTF-8 a UTF-16 code unit takes at most three bytes. */
const MAX_BYTES_PER_UNIT = 3;

/** The length of a string in UTF-8, without encoding it. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes: one extra byte for each half. Everything else above U+07FF: three bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}
