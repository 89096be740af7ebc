import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const TIMEOUT_MS = 1_000;

export const anUnknownSendMayBeRepeated: TransportCase = {
  name: 'a send whose confirm was lost, repeated with the same message id, comes once or twice, never not at all, and as one id',
  group: 'faults',
  needsKill: ['drop-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness, { publishTimeoutMs: TIMEOUT_MS });
    const entry = bench.entry('repeated');
    await harness.inject('drop-confirm');
    const sending = Promise.resolve(bench.transport.send([entry], {}));
    const [outcome] = await harness.within(2 * TIMEOUT_MS, 'a send without a confirm', sending);
    expectThat(outcome?.status === 'unknown', `a send without a confirm was ${describeOutcome(outcome)}`);
    await bench.sendAccepted(entry);
    await bench.consume(5);
    await bench.arrivals(1);
    await harness.quiet();
    const most = harness.capabilities.dedupe === undefined ? 2 : 1;
    expectThat(bench.arrived.length <= most, `one message that was sent twice came ${bench.arrived.length} times`);
    const ids = new Set(bench.arrived.map(({ message }) => message.headers.get(HEADERS.id)));
    expectThat(ids.size === 1, 'it came with several message ids');
    await bench.close();
    return 'proven';
  },
};
