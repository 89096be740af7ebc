import { describe, expectTypeOf, it } from 'vitest';
import { defineCommand, defineEvent, defineQuery, handler } from '@waybill/core';
import type { RecordedMessage, TestHarness } from '@waybill/testing';
import { message, published, replied, sent, testHandler } from '@waybill/testing';
import { z } from 'zod';

const Submitted = defineEvent<{ readonly orderId: string; readonly lines: readonly string[] }>('orders.submitted');
const Submit = defineCommand('orders.submit', { schema: z.object({ at: z.string().transform((text) => new Date(text)) }) });
const Get = defineQuery<{ readonly orderId: string }, { readonly total: number }>('orders.get');
declare const harness: TestHarness;

describe('what a harness recorded', () => {
  it('is typed by its contract', () => {
    expectTypeOf(harness.published(Submitted)).resolves.toEqualTypeOf<
      RecordedMessage<{ readonly orderId: string; readonly lines: readonly string[] }>
    >();
    expectTypeOf(harness.replied(Get)).resolves.toEqualTypeOf<RecordedMessage<{ readonly total: number }>>();
    expectTypeOf(harness.sent(Submit)).resolves.toEqualTypeOf<RecordedMessage<{ at: string }>>();
    expectTypeOf(harness.consumed(Submit)).resolves.toEqualTypeOf<RecordedMessage<{ at: Date }>>();
    expectTypeOf(harness.deadLettered(Submit)).resolves.toEqualTypeOf<RecordedMessage<{ at: string }>>();
    expectTypeOf(harness.published.count(Submitted)).resolves.toBeNumber();
  });

  it('is asked for by predicates and fields of that type', () => {
    expectTypeOf(harness.published.none(Submitted, { lines: [] })).resolves.toBeVoid();
    void harness.published(Submitted, ({ orderId, lines }) => orderId === '1' && lines.length > 0);
    void harness.published(Submitted, { orderId: '1' });
    void harness.published(Submitted, { orderId: (id) => id.startsWith('1') });
    // @ts-expect-error -- there is no such field
    void harness.published(Submitted, { order: '1' });
    // @ts-expect-error -- it is a text
    void harness.published(Submitted, { orderId: 1 });
    // @ts-expect-error -- there is no such field
    void harness.published(Submitted, ({ order }) => order === '1');
  });

  it('is asked for by contracts of the right kind', () => {
    // @ts-expect-error -- commands are not published
    void harness.published(Submit);
    // @ts-expect-error -- events are not sent
    void harness.sent(Submitted);
    // @ts-expect-error -- a command without a reply has none
    void harness.replied(Submit);
    void harness.sent(Get);
    expectTypeOf(harness.consumed.list(Submitted)).resolves.items.toHaveProperty('attempt');
  });
});

describe('handler tests and scenarios', () => {
  it('take the message of the handler', () => {
    const get = handler(Get, () => ({ total: 1 }));
    void testHandler(get, { orderId: '1' });
    // @ts-expect-error -- another message
    void testHandler(get, { total: 1 });
    expectTypeOf(testHandler(get, { orderId: '1' }))
      .resolves.toHaveProperty('reply')
      .toEqualTypeOf<{ readonly total: number } | undefined>();
  });

  it('take messages and expectations of their contracts', () => {
    expectTypeOf(message(Submit, { at: '2026-01-01' })).toHaveProperty('contract');
    // @ts-expect-error -- what is sent is a text
    message(Submit, { at: new Date() });
    published(Submitted, { orderId: '1' });
    // @ts-expect-error -- a command is not published
    published(Submit);
    // @ts-expect-error -- there is no such field
    sent(Submit, { when: '' });
    replied(Get, { total: 1 });
  });
});
