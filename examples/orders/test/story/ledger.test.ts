import type { BusEvent, Contract, OutgoingContext, SettledAs } from '@waybill/core';
import { expect, it } from 'vitest';

import { PaymentTaken, TakePayment } from '../../src/contracts.ts';
import { Ledger } from '../../src/story/ledger.ts';

const sent = (ledger: Ledger, id: string, contract: Contract): unknown =>
  ledger.onSend(
    { contract, headers: new Map([['waybill-id', id]]), destination: { kind: 'endpoint', name: 'x' } } as unknown as OutgoingContext,
    () => {},
  );
const settled = (ledger: Ledger, messageId: string, as: SettledAs): void =>
  ledger.onEvent({ kind: 'message-settled', message: { messageId, endpoint: 'x' } as BusEvent['message'], as, reason: undefined });

/** Whether `quiet()` has resolved, after all that could have made it so. */
async function isQuiet(ledger: Ledger): Promise<boolean> {
  let quiet = false;
  void ledger.quiet().then(() => (quiet = true));
  await new Promise(setImmediate);
  return quiet;
}

it('is quiet when every copy of what was sent is settled', async () => {
  const ledger = new Ledger();
  expect(await isQuiet(ledger)).toBe(true);
  sent(ledger, '1', PaymentTaken); // has two subscribers
  const quiet = ledger.quiet();
  settled(ledger, '1', 'handled');
  expect(await isQuiet(ledger)).toBe(false);
  settled(ledger, '1', 'handled');
  await quiet;
});

it('is not quiet while a message comes again, after a failure or from the dead letters', async () => {
  const ledger = new Ledger();
  sent(ledger, '1', TakePayment);
  settled(ledger, '1', 'redelivered');
  expect(await isQuiet(ledger)).toBe(false);
  settled(ledger, '1', 'dead-lettered');
  expect(await isQuiet(ledger)).toBe(true);
  ledger.returned('payments', { messageId: '1', name: TakePayment.name });
  expect(await isQuiet(ledger)).toBe(false);
  settled(ledger, '1', 'handled');
  expect(await isQuiet(ledger)).toBe(true);
});
