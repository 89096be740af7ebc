import { setTimeout as pause } from 'node:timers/promises';

import type { Money } from '../contracts.ts';

/** Takes the money of our customers. The name is the type, and the token of the container. */
export interface PaymentProvider {
  /** Repeatable: an order is charged once, however often it is asked for. Gives the number of the receipt. */
  charge(orderId: string, price: Money): Promise<string>;
}
export const PaymentProvider = Symbol('PaymentProvider');

/** Passes by itself: another attempt may succeed. */
export class ProviderUnreachable extends Error {
  override readonly name = 'ProviderUnreachable';
}

/** Stays until somebody does something: another attempt would be declined as well. */
export class PaymentDeclined extends Error {
  override readonly name = 'PaymentDeclined';
}

export interface Charge {
  readonly price: Money;
  readonly receipt: string;
}

/** A provider as they are: out of reach at times, and with settings that somebody forgot. */
export class PretendedProvider implements PaymentProvider {
  readonly charges: Map<string, Charge>;
  readonly #currencies = new Set(['EUR']);
  readonly #answersAfterMs: number;
  #outages = 0;

  constructor(charges: Map<string, Charge>, answersAfterMs = 0) {
    this.charges = charges;
    this.#answersAfterMs = answersAfterMs;
  }

  async charge(orderId: string, price: Money): Promise<string> {
    if (this.#answersAfterMs > 0) await pause(this.#answersAfterMs);
    if (this.#outages > 0) {
      this.#outages -= 1;
      throw new ProviderUnreachable('the provider does not answer');
    }
    if (!this.#currencies.has(price.currency)) throw new PaymentDeclined(`${price.currency} is switched off for this shop`);
    const receipt = this.charges.get(orderId)?.receipt ?? `R-${this.charges.size + 1}`;
    this.charges.set(orderId, { price, receipt });
    return receipt;
  }

  /** The next `calls` calls get no answer. */
  failNext(calls: number): void {
    this.#outages = calls;
  }

  accept(currency: string): void {
    this.#currencies.add(currency);
  }
}
