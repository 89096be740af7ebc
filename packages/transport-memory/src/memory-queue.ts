import type { TransportMessage } from '@waybill/core/transport';

/** A message as the broker holds it. */
export interface StoredMessage {
  /** Its place in the order of arrival. */
  readonly sequence: number;
  readonly nativeId: string;
  message: TransportMessage;
  readonly lane: string | undefined;
  readonly priority: number;
  readonly expiresAt: number | undefined;
  /** Not to be handed over before; epoch milliseconds. */
  notBefore: number;
  /** How often it was handed over and tried. */
  attempts: number;
}

/** Whether `a` is to be handed over before `b`: higher priority, then order of arrival. */
const before = (a: StoredMessage, b: StoredMessage): boolean =>
  a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority;

/** The waiting messages of one endpoint: a binary heap by priority and arrival, so that what comes back finds its old place. */
export class MemoryQueue {
  readonly #heap: StoredMessage[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(message: StoredMessage): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(heap[parent] as StoredMessage, message)) break;
      heap[index] = heap[parent] as StoredMessage;
      index = parent;
    }
    heap[index] = message;
  }

  take(): StoredMessage | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] as StoredMessage, heap[child] as StoredMessage)) child += 1;
      if (before(last, heap[child] as StoredMessage)) break;
      heap[index] = heap[child] as StoredMessage;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}
