import { beforeEach, describe, expect, it } from 'vitest';
import { endpoint, handler } from '@waybill/core';
import type { TestHarness } from '@waybill/testing';
import { createTestHarness, TestFailure } from '@waybill/testing';
import { OrderRefused, OrderSubmitted, SubmitOrder } from './contracts.ts';

const orders = endpoint('orders', {
  recovery: { redeliver: ['10s'] },
  handlers: [
    handler(SubmitOrder, async ({ orderId, total }, context) => {
      if (total < 0) throw new Error('the total is negative\nand so on');
      await context.publish(OrderSubmitted, { orderId, lines: [{ sku: 'a' }] });
    }),
  ],
});

async function failureOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TestFailure);
  return (error as TestFailure).message.split('\n');
}

describe('a failed wait', () => {
  let harness: TestHarness;
  beforeEach(async () => {
    harness = await createTestHarness({ endpoints: [orders] });
    return () => harness.stop();
  });

  it('says so when there was nothing at all', async () => {
    expect(await failureOf(harness.published(OrderSubmitted))).toEqual([
      'No orders.order-submitted was published.',
      'Nothing at all was sent or received.',
    ]);
  });

  it('lists near misses field by field, what else was there, the attempts that failed, and what waits for time', async () => {
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.bus.send(SubmitOrder, { orderId: '3', total: -1 });
    await harness.bus.publish(OrderRefused, { orderId: '4', why: 'late' });
    expect(await failureOf(harness.published(OrderSubmitted, { orderId: '9', lines: [{ sku: 'b' }] }))).toEqual([
      "No orders.order-submitted with { orderId: '9', lines: [ { sku: 'b' } ] } was published.",
      'Near misses, the same contract:',
      "  1. +0ms orders.order-submitted { orderId: '1', lines: [ { sku: 'a' } ] }",
      "     orderId is '1', wanted '9'",
      "     lines is [ { sku: 'a' } ], wanted [ { sku: 'b' } ]",
      'Also published:',
      "  +0ms orders.order-refused { orderId: '4', why: 'late' }",
      'Attempts that failed:',
      "  +0ms orders.submit-order at orders { orderId: '3', total: -1 } failed with Error: the total is negative → comes again in 10s",
      "Something waits for time to pass (orders.submit-order at orders): `await harness.advance('10s')` reaches the next.",
    ]);
    await harness.advance('10s');
    expect(await failureOf(harness.consumed(SubmitOrder, { orderId: '3' }))).toEqual([
      "No orders.submit-order with { orderId: '3' } was consumed.",
      'Near misses, the same contract:',
      "  1. +0ms orders.submit-order at orders { orderId: '1', total: 1 }",
      "     orderId is '1', wanted '3'",
      'The same contract elsewhere:',
      "  +0ms orders.submit-order to orders { orderId: '1', total: 1 }, sent",
      "  +0ms orders.submit-order to orders { orderId: '3', total: -1 }, sent",
      "  +10s orders.submit-order at orders, attempt 2 { orderId: '3', total: -1 } (failed: Error: the total is negative), dead-lettered",
      'Attempts that failed:',
      "  +0ms orders.submit-order at orders { orderId: '3', total: -1 } failed with Error: the total is negative → comes again in 10s",
      "  +10s orders.submit-order at orders, attempt 2 { orderId: '3', total: -1 } failed with Error: the total is negative → dead-lettered",
    ]);
  });

  it('says what a predicate looked at, the deciding field last', async () => {
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.bus.send(SubmitOrder, { orderId: '2', total: 1 });
    const failure = await failureOf(harness.published(OrderSubmitted, ({ orderId, lines }) => orderId === '1' && lines?.[0]?.sku === 'q'));
    expect(failure).toEqual([
      'No orders.order-submitted that the predicate holds for was published.',
      'Near misses, the same contract:',
      "  1. +0ms orders.order-submitted { orderId: '1', lines: [ { sku: 'a' } ] }",
      "     the predicate saw: orderId is '1'",
      "     the predicate saw: lines[0].sku is 'a'",
      "  2. +0ms orders.order-submitted { orderId: '2', lines: [ { sku: 'a' } ] }",
      "     the predicate saw: orderId is '2'",
      "     the predicate saw: lines is [ { sku: 'a' } ]",
    ]);
  });

  it('fails `none` with what there is', async () => {
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.published.none(OrderSubmitted, { orderId: '2' });
    await harness.published.none(OrderRefused);
    expect(await failureOf(harness.published.none(OrderSubmitted, { orderId: '1' }))).toEqual([
      "No orders.order-submitted with { orderId: '1' } was expected, and there is one:",
      "  +0ms orders.order-submitted { orderId: '1', lines: [ { sku: 'a' } ] }",
    ]);
    expect((await failureOf(harness.sent.none()))[0]).toBe('No message was expected, and there is one:');
  });

  it('says that the bus is stopped', async () => {
    await harness.stop();
    expect(await failureOf(harness.published(OrderSubmitted))).toContain('The bus is stopped.');
  });
});

it('a failed wait names the handler that has not ended, and what was seen', async () => {
  const hangs = handler(SubmitOrder, () => new Promise<void>(() => undefined));
  await using harness = await createTestHarness({ handlers: [hangs], patience: 20 });
  await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 }, { messageId: 'm-1' });
  const failure = await failureOf(harness.published(OrderSubmitted));
  expect(failure.slice(0, 2)).toEqual([
    'A handler has not ended after 20 ms of real time:',
    '  orders.submit-order at orders, attempt 1, message m-1',
  ]);
});

it('a failure points to the line of the test that asked', async () => {
  const hangs = handler(SubmitOrder, () => new Promise<void>(() => undefined));
  await using harness = await createTestHarness({ handlers: [hangs], patience: 5 });
  const stackOf = async (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: Error) => error.stack?.split('\n').find((text) => text.startsWith('    at ')),
    );
  expect(await stackOf(harness.published(OrderSubmitted))).toContain('failures.test.ts');
  await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
  expect(await stackOf(harness.idle())).toContain('failures.test.ts');
  expect(await stackOf(harness.advance('1s'))).toContain('failures.test.ts');
  expect(await stackOf(harness.sent.none())).toContain('failures.test.ts');
  expect(await stackOf(harness.consumed.count())).toContain('failures.test.ts');
});

describe('a timeline', () => {
  it('prints as a table, as steps and as a sequence diagram', async () => {
    await using harness = await createTestHarness({ endpoints: [orders] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 1 });
    await harness.idle();
    await harness.bus.send(SubmitOrder, { orderId: '2', total: -1 });
    await harness.advance('10s');
    const timeline = harness.timeline();
    expect(timeline.steps).toEqual([
      'sent orders.submit-order',
      'published orders.order-submitted',
      'consumed orders.submit-order',
      'sent orders.submit-order',
      'faulted orders.submit-order',
      'faulted orders.submit-order',
      'deadLettered orders.submit-order',
    ]);
    expect(timeline.toString().split('\n')).toEqual([
      "+0ms  test → orders                    sent          orders.submit-order     { orderId: '1', total: 1 }",
      "+0ms  orders → orders.order-submitted  published     orders.order-submitted  { orderId: '1', lines: [ { sku: 'a' } ] }",
      "+0ms  orders                           consumed      orders.submit-order     { orderId: '1', total: 1 }",
      "+0ms  test → orders                    sent          orders.submit-order     { orderId: '2', total: -1 }",
      '+0ms  orders                           faulted       orders.submit-order     Error: the total is negative → comes again in 10s',
      '+10s  orders                           faulted       orders.submit-order     attempt 2 Error: the total is negative → dead-lettered',
      '+10s  orders                           deadLettered  orders.submit-order     failed: Error: the total is negative',
    ]);
    expect(timeline.toMermaid().split('\n')).toEqual([
      'sequenceDiagram',
      '  participant p0 as test',
      '  participant p1 as orders',
      '  participant p2 as orders.order-submitted',
      '  p0->>p1: orders.submit-order',
      '  p1-)p2: orders.order-submitted',
      '  Note over p1: ✓ orders.submit-order',
      '  p0->>p1: orders.submit-order',
      '  Note over p1: ✗ orders.submit-order Error: the total is negative → comes again in 10s',
      '  Note over p0: +10s',
      '  Note over p1: ✗ orders.submit-order Error: the total is negative → dead-lettered',
      '  Note over p1: † dead letter orders.submit-order',
    ]);
  });

  it('draws an event from its topic to whoever consumed it', async () => {
    await using harness = await createTestHarness({
      endpoints: [endpoint('log', { handlers: [handler(OrderSubmitted, () => undefined)] })],
    });
    await harness.bus.publish(OrderSubmitted, { orderId: '1' });
    await harness.idle();
    const diagram = harness.timeline().toMermaid();
    expect(diagram).toContain('  p0-)p1: orders.order-submitted\n  p1-->>p2: ✓ orders.order-submitted');
    expect(diagram).toContain('  participant p2 as log');
  });
});
