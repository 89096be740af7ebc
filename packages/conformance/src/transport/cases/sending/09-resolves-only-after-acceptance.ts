import type { SendOutcome } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import { CountingSignal } from '../../counting-signal.ts';
import type { TransportCase } from '../../transport-case.ts';

export const resolvesOnlyAfterAcceptance: TransportCase = {
  name: 'a send stays open while the broker has not confirmed it, and is accepted when it has',
  number: 9,
  group: 'sending',
  needsKill: ['hold-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const fault = await harness.inject('hold-confirm');
    const ended: (SendOutcome | undefined)[] = [];
    const signal = new CountingSignal();
    const sending = Promise.resolve(bench.transport.send([bench.entry('held')], signal)).then(([outcome]) => ended.push(outcome));
    await harness.quiet();
    await harness.pass(harness.patienceMs / 10);
    expectThat(ended.length === 0, `the send ended as ${describeOutcome(ended[0])} before the broker had confirmed it`);
    await fault.end();
    await harness.within(harness.patienceMs, 'the send, after its confirm came', sending);
    expectThat(ended[0]?.status === 'accepted', `after its confirm the send ended as ${describeOutcome(ended[0])}`);
    expectThat(signal.listeners === 0, `${signal.listeners} listeners are left on the signal of a send that has ended`);
    await bench.close();
    return 'proven';
  },
};
