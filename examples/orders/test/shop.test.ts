import 'reflect-metadata';
import { Fault } from '@waybill/core';
import { memoryStore } from '@waybill/storage-memory';
import { createTestHarness, testHandler } from '@waybill/testing';
import { describe, expect, it } from 'vitest';

import { FindOrders, PaymentTaken, ReserveStock, StockReserved, SubmitOrder, TakePayment } from '../src/contracts.ts';
import { reserveStock } from '../src/handlers/functions.ts';
import { TakePaymentHandler } from '../src/handlers/take-payment.ts';
import { memoryDatabase } from '../src/outside/memory-database.ts';
import { PaymentDeclined } from '../src/outside/payment-provider.ts';
import { Stock } from '../src/outside/stock.ts';
import { Outside, shop } from '../src/shop.ts';
import { Ledger } from '../src/story/ledger.ts';

const order: SubmitOrder = { orderId: '1', customer: 'Ada', mugs: 2, price: { amount: 24, currency: 'EUR' } };
const inFrancs: SubmitOrder = { ...order, price: { amount: 24, currency: 'CHF' } };

describe('the shop', () => {
  it('completes an order, and charges for it once', async () => {
    const outside = new Outside();
    await using harness = await createTestHarness(shop(outside));
    await harness.bus.send(SubmitOrder, order);
    await harness.published(PaymentTaken, { orderId: '1', receipt: 'R-1' });
    await harness.idle();
    expect(await outside.orders.get('1', { transaction: undefined })).toEqual({ ...order, state: 'complete' });
    expect(outside.receipts).toEqual(['R-1']);
    expect(outside.provider.charges.size).toBe(1);
  });

  it('tries a provider that does not answer three times in place, then after 30 s', async () => {
    const outside = new Outside();
    outside.provider.failNext(3);
    await using harness = await createTestHarness(shop(outside));
    await harness.bus.send(SubmitOrder, order);
    await harness.advance('2s');
    expect(await harness.faulted.list(TakePayment)).toMatchObject([
      { next: 'retry' },
      { next: 'retry' },
      { next: 'redeliver', delayMs: 30_000 },
    ]);
    await harness.published.none(PaymentTaken);
    await harness.advance('30s');
    await harness.published(PaymentTaken, { orderId: '1' });
  });

  it('gives up where the provider declines, tells who is on call, and goes on when the letter is returned', async () => {
    const outside = new Outside();
    await using harness = await createTestHarness(shop(outside));
    await harness.bus.send(SubmitOrder, inFrancs);
    const { reason, error } = await harness.deadLettered(TakePayment);
    expect(reason).toBe('failed');
    expect(error).toBeInstanceOf(PaymentDeclined);
    expect(await harness.faulted.count(TakePayment)).toBe(1);
    await harness.consumed(Fault);
    expect(outside.pager).toMatchObject([{ endpoint: 'payments', messageName: TakePayment.name }]);

    outside.provider.accept('CHF');
    await harness.bus.deadLetters('payments').return(() => true);
    await harness.published(PaymentTaken, { orderId: '1' });
  });

  it('refuses an order that makes no sense where it is sent', async () => {
    await using harness = await createTestHarness(shop(new Outside()));
    await expect(harness.bus.send(SubmitOrder, { ...order, mugs: 0 })).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
    await harness.sent.none(SubmitOrder);
  });

  it('answers with the orders, or says why there are none', async () => {
    await using harness = await createTestHarness(shop(new Outside()));
    await harness.bus.send(SubmitOrder, order);
    await harness.idle();
    const found = await harness.bus.request(FindOrders, { customer: 'Ada' });
    expect(found).toEqual({ kind: 'found', message: { orders: [{ ...order, state: 'complete' }] } });
    const none = await harness.bus.request(FindOrders, { customer: 'Bob' });
    expect(none).toEqual({ kind: 'none', message: { reason: 'Bob has not ordered' } });
  });
});

describe('the shop with a store', () => {
  it('completes an order once, though the command comes twice and commits get no answer, conflict or are lost', async () => {
    const store = memoryStore();
    const outside = new Outside({ database: { ...memoryDatabase(), store } });
    await using harness = await createTestHarness(shop(outside));
    store.faults.loseCommits(1, true);
    store.faults.failCommits(1);
    store.faults.loseCommits(1, false);
    await harness.bus.send(SubmitOrder, order, { messageId: 'order-1' });
    await harness.bus.send(SubmitOrder, order, { messageId: 'order-1' });
    await harness.advance('10s', { overRunning: true });
    await harness.idle();
    expect(store.rows('orders').get('1')).toEqual({ ...order, state: 'complete' });
    expect(await harness.published.count(StockReserved)).toBe(1);
    expect(await harness.published.count(PaymentTaken)).toBe(1);
    expect(outside.receipts).toEqual(['R-1']);
  });

  it('waits for a database that is away, which counts for no attempt', async () => {
    const store = memoryStore();
    const outside = new Outside({ database: { ...memoryDatabase(), store } });
    await using harness = await createTestHarness(shop(outside));
    const comesBack = store.faults.goAway();
    await harness.bus.send(SubmitOrder, order);
    await harness.advance('1s', { overRunning: true });
    expect(store.rows('orders').size).toBe(0);
    comesBack();
    await harness.advance('10s', { overRunning: true });
    await harness.published(PaymentTaken, { orderId: '1' });
    expect(await harness.faulted.count(SubmitOrder)).toBe(0);
  });
});

describe('one handler', () => {
  it('reserves, and says what is left', async () => {
    const result = await testHandler(reserveStock(new Stock(10)), { orderId: '1', mugs: 3 });
    expect(result.published(StockReserved)).toEqual([{ orderId: '1', mugs: 3, left: 7 }]);
  });

  it('sends nothing when the provider fails', async () => {
    const outside = new Outside();
    const result = await testHandler(new TakePaymentHandler(outside.provider), TakePayment, { orderId: '1', price: inFrancs.price });
    expect(result.outcome).toBe('failed');
    expect(result.published(PaymentTaken)).toEqual([]);
  });
});

describe('the ledger', () => {
  it('counts as lost what was sent and not handled', async () => {
    const ledger = new Ledger();
    const outside = new Outside();
    await using harness = await createTestHarness({ ...shop(outside), observers: [ledger.onEvent], sendMiddleware: [ledger.onSend] });
    await harness.bus.send(SubmitOrder, order);
    await harness.idle();
    expect(ledger).toMatchObject({ sent: 5, handled: 6, lost: 0 });
    await harness.bus.send(SubmitOrder, { ...inFrancs, orderId: '2' });
    await harness.idle();
    expect(ledger.lost).toBe(1); // stands in the dead letters
    expect(await harness.consumed.count(ReserveStock)).toBe(2);
  });
});
