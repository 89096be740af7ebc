import { MessageError } from '../errors/bus-error.ts';
import type { HeaderKey } from './headers.ts';
import { HEADERS } from './headers.ts';

/** What is another one in each message: these have fields of their own. The others stand in slots, which messages share until they are written to. */
const OWN: readonly HeaderKey[] = ['id', 'conversation', 'sent'];
const COMMON: readonly HeaderKey[] = [...OWN, 'name', 'version', 'source', 'correlation', 'contentType'];
const KEYS: readonly HeaderKey[] = [...COMMON, ...(Object.keys(HEADERS) as HeaderKey[]).filter((key) => !COMMON.includes(key))];
const NAMES: readonly string[] = KEYS.map((key) => HEADERS[key]);
const SLOT_BY_NAME: ReadonlyMap<string, number> = new Map(NAMES.map((name, slot) => [name, slot]));

/** Where a known header stands inside {@link MessageHeaders}: reading it by slot is an array access, not a look-up. */
export const SLOTS = Object.freeze(Object.fromEntries(KEYS.map((key, slot) => [key, slot]))) as Readonly<Record<HeaderKey, number>>;

const { id: ID, conversation: CONVERSATION, sent: SENT } = SLOTS;
const NO_SLOTS: readonly (string | undefined)[] = Object.freeze([]);
/** What slots begin as: of a size that most messages do not go beyond. */
const FREE_SLOTS: readonly (string | undefined)[] = COMMON.map(() => undefined);
/** The conversation of a message that begins one. */
const SAME_AS_ID = Symbol('the id');
/** What an id that is not made yet may weigh at most, in characters: a UUID has 36. */
const MOST_ID_UNITS = 256;

const OWN_NAMES_UNITS = OWN.reduce((sum, key) => sum + HEADERS[key].length, 0);

/** Makes the id of a message, whose header says when it was sent. */
type MakeId = (sent: string | undefined) => string;

/**
 * The headers of one message: a map of strings that is safe against `__proto__` and cheap to make and copy.
 * Known headers live in slots, the user's own in a `Map` that is made on first use. Copies share both until one is written to.
 */
export class MessageHeaders implements ReadonlyMap<string, string> {
  #id: string | MakeId | undefined;
  #conversation: string | typeof SAME_AS_ID | undefined;
  #sent: string | undefined;
  #slots: readonly (string | undefined)[];
  #custom: Map<string, string> | undefined;
  /** `shared`: somebody else reads the same slots and map, so that a write copies them first. `never`: they have left. */
  #writable: 'own' | 'shared' | 'never';

  private constructor(slots: readonly (string | undefined)[], custom: Map<string, string> | undefined) {
    this.#id = undefined;
    this.#conversation = undefined;
    this.#sent = undefined;
    this.#slots = slots;
    this.#custom = custom;
    this.#writable = 'shared';
  }

  /** No headers yet. */
  static empty(): MessageHeaders {
    return new MessageHeaders(NO_SLOTS, undefined);
  }

  /** A copy: what is written to one of the two, the other does not see. */
  static copyOf(source: ReadonlyMap<string, string>): MessageHeaders {
    if (!(source instanceof MessageHeaders)) {
      const copy = MessageHeaders.empty();
      for (const [name, value] of source) copy.set(name, value);
      return copy;
    }
    if (source.#writable === 'own') source.#writable = 'shared';
    const copy = new MessageHeaders(source.#slots, source.#custom);
    copy.#id = source.at(ID);
    copy.#conversation = source.#conversation;
    copy.#sent = source.#sent;
    return copy;
  }

  /** The same headers, in the form that is read fast; they are not to be written to. */
  static readOnly(source: ReadonlyMap<string, string>): MessageHeaders {
    return source instanceof MessageHeaders ? source : MessageHeaders.copyOf(source);
  }

  get(name: string): string | undefined {
    const slot = SLOT_BY_NAME.get(name);
    return slot === undefined ? this.#custom?.get(name) : this.at(slot);
  }

  /** The value of a known header; see {@link SLOTS}. */
  at(slot: number): string | undefined {
    if (slot >= OWN.length) return this.#slots[slot];
    if (slot === SENT) return this.#sent;
    if (slot === CONVERSATION && this.#conversation !== SAME_AS_ID) return this.#conversation;
    return typeof this.#id === 'function' ? (this.#id = this.#id(this.#sent)) : this.#id;
  }

  /** Sets a known header; `undefined` removes it. */
  put(slot: number, value: string | undefined): void {
    if (slot >= OWN.length) this.#putShared(slot, value);
    else this.#putOwn(slot, value);
  }

  /** The message begins a conversation, whose id is its own. That is made when somebody reads it, unless it is given. */
  begin(id: string | ((sent: string | undefined) => string)): void {
    this.#assertWritable();
    this.#id = id;
    this.#conversation = SAME_AS_ID;
  }

  /** Takes over what many messages have in common; with nothing of that yet, without a copy. */
  putCommon(common: MessageHeaders): void {
    this.#assertWritable();
    if (this.#slots.length === 0) this.#slots = this.#writable === 'own' ? common.#slots.slice() : common.#slots;
    else for (let slot = OWN.length; slot < common.#slots.length; slot += 1) this.put(slot, common.at(slot) ?? this.at(slot));
  }

  /** From now on nothing can be written: the message has left. @throws MessageError `HEADER_NOT_ALLOWED`, from who tries */
  seal(): void {
    this.#writable = 'never';
  }

  set(name: string, value: string): this {
    const slot = SLOT_BY_NAME.get(name);
    if (slot !== undefined) this.put(slot, value);
    else {
      this.#makeOwn();
      (this.#custom ??= new Map()).set(name, value);
    }
    return this;
  }

  delete(name: string): boolean {
    const slot = SLOT_BY_NAME.get(name);
    const had = this.has(name);
    if (slot !== undefined) this.put(slot, undefined);
    else if (had) {
      this.#makeOwn();
      this.#custom?.delete(name);
    }
    return had;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** True when there is a header of this name that is none of those with a slot. */
  hasCustom(name: string): boolean {
    return this.#custom !== undefined && this.#custom.has(name);
  }

  /** The name of the first header that is meant, among those without a slot. */
  findCustom(isMeant: (name: string) => boolean): string | undefined {
    if (this.#custom !== undefined) for (const name of this.#custom.keys()) if (isMeant(name)) return name;
    return undefined;
  }

  get size(): number {
    let size = this.#custom?.size ?? 0;
    for (let slot = 0; slot < this.#end; slot += 1) if (this.at(slot) !== undefined) size += 1;
    return size;
  }

  forEach(callback: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (let slot = 0; slot < this.#end; slot += 1) {
      const value = this.at(slot);
      if (value !== undefined) callback(value, NAMES[slot] as string, this);
    }
    this.#custom?.forEach((value, name) => callback(value, name, this));
  }

  *entries(): MapIterator<[string, string]> {
    for (let slot = 0; slot < this.#end; slot += 1) {
      const value = this.at(slot);
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
    const slots = this.#slots;
    let units = this.#ownUnits;
    for (let slot = OWN.length; slot < slots.length; slot += 1) {
      const value = slots[slot];
      if (value !== undefined) units += (NAMES[slot] as string).length + value.length;
    }
    if (this.#custom !== undefined) for (const [name, value] of this.#custom) units += name.length + value.length;
    return units * MAX_BYTES_PER_UNIT <= limit || this.byteLength() <= limit;
  }

  /** The most that names and values outside of the slots may take, in characters. */
  get #ownUnits(): number {
    const ids = typeof this.#id === 'function' ? 2 * MOST_ID_UNITS : (this.#id?.length ?? 0) + (this.at(CONVERSATION)?.length ?? 0);
    return OWN_NAMES_UNITS + ids + (this.#sent?.length ?? 0);
  }

  /** What the headers weigh on the wire: the UTF-8 bytes of all names and values. */
  byteLength(): number {
    let bytes = 0;
    for (const [name, value] of this.entries()) bytes += utf8Length(name) + utf8Length(value);
    return bytes;
  }

  /** Behind the last slot that may hold something. */
  get #end(): number {
    return Math.max(OWN.length, this.#slots.length);
  }

  #putOwn(slot: number, value: string | undefined): void {
    this.#assertWritable();
    if (slot === SENT) this.#sent = value;
    else if (slot === CONVERSATION) this.#conversation = value;
    else {
      this.#conversation = this.at(CONVERSATION); // that of the id before
      this.#id = value;
    }
  }

  /** Slots that nobody has written to yet are made when the first of them is. */
  #putShared(slot: number, value: string | undefined): void {
    if (this.#slots[slot] === value) return;
    this.#makeOwn();
    if (this.#slots.length === 0) this.#slots = FREE_SLOTS.slice();
    const slots = this.#slots as (string | undefined)[];
    while (slots.length < slot) slots.push(undefined);
    slots[slot] = value;
  }

  /** Ends the sharing: from now on what is written here is seen only here. */
  #makeOwn(): void {
    if (this.#writable === 'own') return;
    this.#assertWritable();
    this.#slots = this.#slots.length === 0 ? [] : this.#slots.slice();
    if (this.#custom !== undefined) this.#custom = new Map(this.#custom);
    this.#writable = 'own';
  }

  #assertWritable(): void {
    if (this.#writable !== 'never') return;
    throw new MessageError(
      'HEADER_NOT_ALLOWED',
      'The headers of a message were written to after it had left. Set them before `next` returns.',
    );
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
