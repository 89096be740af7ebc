import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Command } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler, isBusError, jsonSchemaOf } from '@waybill/core';
import type { TransportMessage } from '@waybill/core/transport';
import { HEADERS, systemRuntime } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';

interface Paid {
  readonly orderId: string;
  readonly at: Date;
}
interface PaidInput {
  readonly orderId: string;
  readonly at: string;
}
/** One contract in three libraries: a text goes in, a `Date` comes out. */
const contracts: readonly [string, Command<Paid, void, PaidInput>][] = [
  [
    'zod',
    defineCommand('billing.zod', {
      schema: z.object({ orderId: z.string().min(1), at: z.string().transform((text) => new Date(text)) }),
    }),
  ],
  [
    'valibot',
    defineCommand('billing.valibot', {
      schema: v.object({
        orderId: v.pipe(v.string(), v.minLength(1)),
        at: v.pipe(
          v.string(),
          v.transform((text) => new Date(text)),
        ),
      }),
    }),
  ],
  [
    'arktype',
    defineCommand('billing.arktype', { schema: type({ orderId: 'string >= 1', at: type('string').pipe((text) => new Date(text)) }) }),
  ],
];

const faultOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((error: unknown) => error);

describe.each(contracts)('a contract with a schema of %s', (_, contract) => {
  it('is validated when sent, sent as given, and gives the handler the output', async () => {
    const broker = memoryBroker();
    let take!: (paid: Paid) => void;
    const got = new Promise<Paid>((resolve) => (take = resolve));
    await using bus = createBus({
      transport: memory({ broker }),
      endpoints: [endpoint('billing', { handlers: [handler(contract, (paid) => take(paid))] })],
    });
    await bus.start();
    await bus.send(contract, { orderId: '1', at: '2026-01-02T03:04:05.000Z' });
    expect(await got).toEqual({ orderId: '1', at: new Date('2026-01-02T03:04:05.000Z') });
  });

  it('refuses a bad message before it leaves, with the path', async () => {
    await using bus = createBus({
      transport: memory(),
      endpoints: [endpoint('billing', { handlers: [handler(contract, () => undefined)] })],
    });
    await bus.start();
    const error = await faultOf(bus.send(contract, { orderId: '', at: '2026-01-02' }));
    expect(isBusError(error, 'MESSAGE_INVALID') && String(error.details['issues'])).toContain('orderId');
  });

  it('dead-letters a bad message from elsewhere as unreadable, without calling the handler', async () => {
    const broker = memoryBroker();
    let calls = 0;
    await using bus = createBus({
      transport: memory({ broker }),
      endpoints: [endpoint('billing', { handlers: [handler(contract, () => void (calls += 1))], recovery: { retries: 3 } })],
    });
    await bus.start();
    const raw = memory({ broker });
    await raw.open({ runtime: systemRuntime(), onState: () => undefined });
    await raw.send([{ destination: { kind: 'endpoint', name: 'billing' }, ...foreign(contract.name, { orderId: 5 }) }], {});
    await expect.poll(() => raw.deadLetters.count('billing')).toBe(1);
    const { letters } = await raw.deadLetters.list('billing', { limit: 1 });
    expect([calls, letters[0]?.message.headers.get(HEADERS.reason)]).toEqual([0, 'unreadable']);
    await raw.close();
  });
});

function foreign(name: string, body: unknown): TransportMessage {
  return {
    headers: new Map([
      [HEADERS.id, '1'],
      [HEADERS.name, name],
      [HEADERS.contentType, 'application/json'],
    ]),
    body: new TextEncoder().encode(JSON.stringify(body)),
  };
}

describe('jsonSchemaOf', () => {
  const object = { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] };

  it.each([
    ['zod', z.object({ orderId: z.string() })],
    ['arktype', type({ orderId: 'string' })],
    ['valibot', toStandardJsonSchema(v.object({ orderId: v.string() }))],
  ])('is what the library offers: %s', (_, schema) => {
    expect(jsonSchemaOf(defineEvent('billing.paid', { schema }))).toMatchObject(object);
  });

  it('is that of the reply when asked for, in the direction and dialect asked for', () => {
    const contract = defineQuery('billing.get-total', {
      schema: z.object({ orderId: z.string() }),
      reply: z.object({ total: z.number().default(0) }),
    });
    expect(jsonSchemaOf(contract, { of: 'reply', target: 'draft-07' })).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { total: { type: 'number' } },
    });
    expect(jsonSchemaOf(contract, { of: 'reply', direction: 'output' })).toMatchObject({ required: ['total'] });
  });

  it('is undefined without a schema, or where the library offers none', () => {
    expect(jsonSchemaOf(defineEvent<{ readonly orderId: string }>('billing.paid'))).toBeUndefined();
    expect(jsonSchemaOf(defineEvent('billing.paid', { schema: v.object({ orderId: v.string() }) }))).toBeUndefined();
  });

  it('is a coded error where the library refuses', () => {
    const contract = defineEvent('billing.paid', { schema: z.object({ at: z.date() }) });
    let caught: unknown;
    try {
      jsonSchemaOf(contract);
    } catch (error) {
      caught = error;
    }
    expect(isBusError(caught, 'SCHEMA_NOT_CONVERTIBLE') && caught.details).toMatchObject({ contract: 'billing.paid', direction: 'input' });
  });
});
