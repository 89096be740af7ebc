import type { BusEvent, ConsumeContext, OutgoingContext } from '@waybill/core';

import { PaymentTaken } from '../contracts.ts';

/** One thing that happened to a message, for the picture. */
export interface Happening {
  readonly kind: 'arrived' | 'handled' | 'retried' | 'redelivered' | 'dead-lettered' | 'returned';
  readonly from: string;
  readonly at: string;
  readonly name: string;
}

const SUBSCRIBERS: ReadonlyMap<string, number> = new Map([[PaymentTaken.name, 2]]);

/** Counts what is sent and what becomes of it. Each message that is sent must be handled, an event by each of its subscribers. */
export class Ledger {
  readonly happenings: Happening[] = [];
  readonly #sent = new Map<string, { readonly from: string; readonly name: string; readonly copies: number }>();
  readonly #arrived = new Set<string>();
  readonly #handled = new Map<string, number>();

  get sent(): number {
    return this.#sent.size;
  }

  /** Copies that were handled: one for each subscriber. */
  get handled(): number {
    return Array.from(this.#handled.values()).reduce((sum, copies) => sum + copies, 0);
  }

  get lost(): number {
    return Array.from(this.#sent, ([id, { copies }]) => Math.max(0, copies - (this.#handled.get(id) ?? 0))).reduce(
      (sum, each) => sum + each,
      0,
    );
  }

  count(kind: Happening['kind']): number {
    return this.happenings.filter((happening) => happening.kind === kind).length;
  }

  /** A send middleware: each message once, whoever sends it. */
  readonly onSend = (context: OutgoingContext, next: (context: OutgoingContext) => Promise<void> | void): Promise<void> | void => {
    const copies = SUBSCRIBERS.get(context.contract.name) ?? 1;
    const id = context.headers.get('waybill-id');
    const isReply = context.destination.kind === 'reply'; // goes to who asked, and to no endpoint
    if (id !== undefined && !isReply) this.#sent.set(id, { from: nameOf(context.parent), name: context.contract.name, copies });
    return next(context);
  };

  readonly onEvent = (event: BusEvent): void => {
    const { messageId } = event.message;
    if (event.kind === 'attempt-started') this.#arrive(event);
    if (event.kind === 'attempt-succeeded') {
      this.#handled.set(messageId, (this.#handled.get(messageId) ?? 0) + 1);
      this.#note('handled', event);
    }
    if (event.kind !== 'attempt-failed') return;
    if (event.next === 'retry') this.#note('retried', event);
    if (event.next === 'redeliver') this.#note('redelivered', event);
    if (event.next === 'dead-letter') this.#note('dead-lettered', event);
  };

  returned(at: string, name: string): void {
    this.happenings.push({ kind: 'returned', from: 'operator', at, name });
  }

  #arrive(event: BusEvent): void {
    const copy = `${event.message.messageId} ${event.message.endpoint}`;
    if (this.#arrived.has(copy)) return;
    this.#arrived.add(copy);
    this.#note('arrived', event);
  }

  #note(kind: Happening['kind'], { message }: BusEvent): void {
    const { from = 'bus', name = '?' } = this.#sent.get(message.messageId) ?? {};
    this.happenings.push({ kind, from, at: message.endpoint, name });
  }
}

const nameOf = (parent: ConsumeContext | undefined): string => parent?.endpoint ?? 'customer';
