import { describe, expect, it } from 'vitest';
import { handler, type BusOptions } from '@waybill/core';
import { jsonSerializer, type IMessageSerializer } from '@waybill/core/serialization';
import { createTestHarness, type TestHarnessOptions } from '@waybill/testing';
import { memory } from '@waybill/transport-memory';
import { virtualRuntime } from '@waybill/simulation';
import { SubmitOrder } from './contracts.ts';

describe('the options of a harness', () => {
  it.each([
    [{ patiense: '1s' }, '`patiense` is no option of `createTestHarness`. Did you mean `patience`?'],
    [{ handler: [] }, '`handler` is no option of `createTestHarness`. Did you mean `handlers`?'],
    [{ startsAt: 5 }, '`startsAt` of `createTestHarness` is 5. Pass a valid `Date`.'],
    [{ startsAt: new Date('no') }, '`startsAt` of `createTestHarness` is'],
    [{ seed: 'x' }, '`seed` of `createTestHarness` is "x". Use a whole number.'],
    [{ otherEndpoints: 'no' }, "Use 'accept' or 'refuse'."],
    [{ logger: 1 }, '`logger` of `createTestHarness` is 1.'],
    [{ faults: 0.1 }, '`faults` of `createTestHarness` is 0.1.'],
    [[], 'Pass an object.'],
  ])('are refused where they are none: %j', async (options, problem) => {
    await expect(createTestHarness(options as TestHarnessOptions)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(problem),
    });
  });

  it('may be those of a service, whose transport and runtime are replaced', async () => {
    const service: BusOptions = { name: 'shop', transport: memory(), runtime: virtualRuntime({ startsAt: 0 }), handlers: [] };
    await using harness = await createTestHarness({ ...service, startsAt: new Date('2030-01-01T00:00:00Z') });
    expect(harness.bus.name).toBe('shop');
    expect(harness.now.getUTCFullYear()).toBe(2030);
  });

  it('may name a serializer that decodes in place: what the harness reads, the handler reads again', async () => {
    const json = jsonSerializer();
    const masked = (bytes: Uint8Array): Uint8Array => bytes.forEach((byte, at) => (bytes[at] = byte ^ 0x55)) ?? bytes;
    const serializer: IMessageSerializer = {
      contentType: 'application/x-masked',
      serialize: (message) => masked(json.serialize(message)),
      deserialize: (body) => json.deserialize(masked(body)),
    };
    const submit = handler(SubmitOrder, () => undefined);
    await using harness = await createTestHarness({ handlers: [submit], serializers: [serializer] });
    await harness.bus.send(SubmitOrder, { orderId: '1', total: 2 }, { delay: '1s' });
    expect((await harness.sent(SubmitOrder)).message).toEqual({ orderId: '1', total: 2 });
    await harness.advance('1s');
    expect((await harness.consumed(SubmitOrder)).message).toEqual({ orderId: '1', total: 2 });
  });
});
