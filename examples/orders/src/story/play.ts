import type { Bus } from '@waybill/core';

import { FindOrders, SubmitOrder } from '../contracts.ts';
import type { Outside } from '../shop.ts';
import type { Stage } from '../stage/stage.ts';
import type { Ledger } from './ledger.ts';
import { showMoney } from './sentences.ts';
import type { Teller } from './teller.ts';

export interface Cast {
  readonly bus: Bus;
  readonly outside: Outside;
  readonly stage: Stage;
  readonly teller: Teller;
  readonly ledger: Ledger;
}

export async function play(cast: Cast): Promise<void> {
  const { bus, outside, stage, teller } = cast;

  teller.chapter('1. The payment provider does not answer. Nobody has to do anything.');
  outside.provider.failNext(3);
  await bus.send(SubmitOrder, { orderId: '1', customer: 'Ada', mugs: 2, price: { amount: 24, currency: 'EUR' } });
  await stage.pass(60_000);

  teller.chapter('2. The provider declines. To ask again is no use, and nothing is lost.');
  await bus.send(SubmitOrder, { orderId: '2', customer: 'Grace', mugs: 3, price: { amount: 36, currency: 'CHF' } });
  await stage.pass(600_000);

  teller.chapter('3. The operator looks, mends, and returns the letter.');
  await lookAndReturn(cast);
  await stage.pass(60_000);
  teller.tell('operator', `finds ${await bus.deadLetters('payments').count()} dead letters`, 'green');

  teller.chapter('4. Where are the orders now?');
  await askForOrders(cast);
}

async function lookAndReturn({ bus, outside, teller, ledger }: Cast): Promise<void> {
  const letters = bus.deadLetters('payments');
  teller.tell('operator', `finds ${await letters.count()} dead letter at payments`);
  for await (const { messageId, name, reason, attempts, error } of letters.list()) {
    teller.tell('operator', `reads it: ${name}, reason ${reason}, after ${attempts} attempt`);
    teller.tell('operator', `and its error: ${error}`);
    ledger.returned('payments', { messageId, name });
  }
  outside.provider.accept('CHF');
  teller.tell('operator', 'switches CHF on at the provider');
  teller.tell('operator', 'returns the letter');
  await letters.return(({ reason }) => reason === 'failed');
}

async function askForOrders({ bus, teller }: Cast): Promise<void> {
  const answer = await bus.request(FindOrders, {});
  switch (answer.kind) {
    case 'found':
      for (const { orderId, customer, mugs, price, state } of answer.message.orders) {
        teller.say(`            order ${orderId}   ${customer.padEnd(6)} ${mugs} mugs  ${showMoney(price)}   ${state}`, 'green');
      }
      return;
    case 'none':
      teller.say(`            none: ${answer.message.reason}`);
      return;
    default:
      answer satisfies never; // a reply that nobody looks at does not compile
  }
}

/** The last lines. `true` when nothing was lost. */
export function sumUp({ ledger, outside, teller }: Cast): boolean {
  const counts = (['retried', 'redelivered', 'dead-lettered', 'returned'] as const).map((kind) => `${ledger.count(kind)} ${kind}`);
  teller.say('');
  teller.say(`${ledger.sent} messages sent, ${ledger.handled} handled (an event once for each subscriber); ${counts.join(', ')}.`);
  teller.say(`Lost: ${ledger.lost}. Customers charged: ${outside.provider.charges.size}, each once.`, 'bold');
  return ledger.lost === 0;
}
