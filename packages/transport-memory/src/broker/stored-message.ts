import type { TransportEntry, TransportMessage } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';

/** What a queue does with a message besides keeping it. */
export interface Storage {
  readonly partitionKey: string | undefined;
  readonly lane: string | undefined;
  readonly priority: number;
  readonly expiresAt: number | undefined;
  /** Not to be handed over before; epoch milliseconds; 0 for at once. */
  readonly notBefore: number;
}

/** A message as the broker holds it; for its sender it is the outcome, too. */
export class StoredMessage implements TransportMessage {
  readonly body: Uint8Array;
  headers: MessageHeaders;
  /** Its place in the order of arrival. */
  sequence: number;
  /** How often it was handed over, as far as the broker counts. */
  attempts: number = 0;
  /** Taken back by its sender while it was delayed. */
  cancelled: boolean = false;
  readonly #number: number;
  #storage: Storage;

  /** Keeps copies of the headers and bytes, unless nobody changes them any more. */
  constructor(number: number, entry: TransportEntry, storage: Storage) {
    const isKept = entry.immutable === true;
    this.body = isKept ? entry.body : copyBytes(entry.body);
    this.headers = isKept ? MessageHeaders.readOnly(entry.headers) : MessageHeaders.copyOf(entry.headers);
    this.sequence = number;
    this.#number = number;
    this.#storage = storage;
  }

  get status(): 'accepted' {
    return 'accepted';
  }

  /** Written only when somebody reads it, which few do. */
  get nativeId(): string {
    return `memory-${this.#number}`;
  }

  get partitionKey(): string | undefined {
    return this.#storage.partitionKey;
  }

  get lane(): string | undefined {
    return this.#storage.lane;
  }

  get priority(): number {
    return this.#storage.priority;
  }

  get expiresAt(): number | undefined {
    return this.#storage.expiresAt;
  }

  /** Not to be handed over before; epoch milliseconds. */
  get notBefore(): number {
    return this.#storage.notBefore;
  }

  /** It is not to be handed over before a time from now on. */
  postponeTo(notBefore: number): void {
    this.#storage = { ...this.#storage, notBefore };
  }
}

/** A copy that shares nothing: headers and bytes are new, as they would be after a wire. */
export function copyMessage(message: TransportMessage): TransportMessage {
  return { headers: MessageHeaders.copyOf(message.headers), body: copyBytes(message.body) };
}

/** Node's `Buffer.from` takes small copies out of a pool, which is several times faster than a buffer for each. */
const pooled = (globalThis as { Buffer?: { from(bytes: Uint8Array): Uint8Array } }).Buffer;
const copyBytes: (bytes: Uint8Array) => Uint8Array =
  pooled === undefined ? (bytes) => new Uint8Array(bytes) : (bytes) => pooled.from(bytes);

/** Headers with others laid over them. */
export function overlay(headers: ReadonlyMap<string, string>, over: ReadonlyMap<string, string>): MessageHeaders {
  const merged = MessageHeaders.copyOf(headers);
  for (const [name, value] of over) merged.set(name, value);
  return merged;
}
