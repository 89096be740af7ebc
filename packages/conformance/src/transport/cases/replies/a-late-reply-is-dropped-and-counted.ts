import { defineQuery, endpoint, handler, isBusError, typed } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import { makeGate } from '../../../gate.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Ask = defineQuery('conformance.ask', { schema: typed<{ readonly n: number }>(), reply: typed<{ readonly n: number }>() });

export const aLateReplyIsDroppedAndCounted: TransportCase = {
  name: 'a reply after its request timed out is dropped and counted, and later requests find their own replies',
  group: 'replies',
  run: async (harness) => {
    const gate = makeGate();
    const ask = handler(Ask, async ({ n }) => {
      if (n === 0) await gate.opened;
      return { n };
    });
    const bus = await startBus(harness, { endpoints: [endpoint(harness.uniqueName(), { handlers: [ask] })] });
    const late = rejectionOf('a request that nobody answers', () => bus.request(Ask, { n: 0 }, { timeout: '1s' }));
    const error = await harness.within(2_000, 'the timeout of a request', late);
    expectThat(isBusError(error, 'REQUEST_TIMEOUT'), `a request that nobody answers gave ${String(error)}`);
    gate.open();
    await harness.until('the late reply', () => bus.replies.dropped === 1);
    const replies = await Promise.all(Array.from({ length: 50 }, (_, n) => bus.request(Ask, { n: n + 1 })));
    const own = replies.every(({ n }, index) => n === index + 1);
    expectThat(own, 'requests have found the replies of others');
    expectThat(bus.replies.dropped === 1 && bus.replies.open === 0, `${bus.replies.dropped} dropped, ${bus.replies.open} open`);
    await bus.stop();
    return 'proven';
  },
};
