import type { BusEvent, ConsumeContext, OutgoingContext } from '@waybill/core';

import { PaymentTaken } from '../contracts.ts';
import { placeOf } from './place-of.ts';

/** One thing that happened to a message, for the picture. */
export interface Happening {
  readonly kind: 'arrived' | 'handled' | 'retried' | 'redelivered' | 'dead-lettered' | 'returned';
  readonly from: string;
  readonly at: string;
  readonly name: string;
}

const SUBSCRIBERS: ReadonlyMap<string, number> = new Map([[PaymentTaken.name, 2]]);

/** How many endpoints handle a message of this contract. */
export const subscribersOf = (contract: string): number => SUBSCRIBERS.get(contract) ?? 1;

/** Counts what is sent and what becomes of it. Each message that is sent must be handled, an event by each of its subscribers. */
export class Ledger {
  readonly happenings: Happening[] = [];
  readonly #sent = new Map<string, { readonly from: string; readonly name: string; readonly copies: number }>();
  readonly #arrived = new Set<string>();
  readonly #handled = new Map<string, number>();
  readonly #settled = new Map<string, number>();
  #wake: (() => void)[] = [];

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
    const copies = subscribersOf(context.contract.name);
    const id = context.headers.get('waybill-id');
    const isReply = context.destination.kind === 'reply'; // goes to who asked, and to no endpoint
    if (id !== undefined && !isReply) this.#sent.set(id, { from: nameOf(context.parent), name: context.contract.name, copies });
    return next(context);
  };

  readonly onEvent = (event: BusEvent): void => {
    const { messageId } = event.message;
    if (event.kind === 'message-settled' && event.as !== 'redelivered') this.#settle(messageId, 1);
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

  /** A dead letter is on its way again. */
  returned(
    at: string,
    { messageId = '?', name = '?' }: { readonly messageId: string | undefined; readonly name: string | undefined },
  ): void {
    this.happenings.push({ kind: 'returned', from: 'operator', at, name });
    this.#settle(messageId, -1);
  }

  /** Resolves when every message that was sent has been handled, or stands in the dead letters. */
  async quiet(): Promise<void> {
    while (this.#isBusy) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  get #isBusy(): boolean {
    return Array.from(this.#sent).some(([id, { copies }]) => (this.#settled.get(id) ?? 0) < copies);
  }

  #settle(messageId: string, copies: number): void {
    this.#settled.set(messageId, (this.#settled.get(messageId) ?? 0) + copies);
    for (const wake of this.#wake.splice(0)) wake();
  }

  #arrive(event: BusEvent): void {
    const copy = `${event.message.messageId} ${event.message.endpoint}`;
    if (this.#arrived.has(copy)) return;
    this.#arrived.add(copy);
    this.#note('arrived', event);
  }

  #note(kind: Happening['kind'], { message }: BusEvent): void {
    const { from = 'bus', name = '?' } = this.#sent.get(message.messageId) ?? {};
    this.happenings.push({ kind, from, at: placeOf(message.endpoint), name });
  }
}

const nameOf = (parent: ConsumeContext | undefined): string => (parent === undefined ? 'customer' : placeOf(parent.endpoint));
