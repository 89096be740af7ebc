import { defineCommand, endpoint, handler } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const aConflictFailsStart: TransportCase = {
  name: 'a declaration that conflicts with what is there fails as TOPOLOGY_DIFFERS, names it, and changes nothing',
  number: 53,
  group: 'topology',
  run: async (harness) => {
    const bench = await Bench.open(harness, { ordered: false });
    const { topology } = bench.transport;
    const planOf = (ordered: boolean) => topology.plan({ endpoints: [{ ...bench.endpoint, ordered }], topics: [], subscriptions: [] });
    const conflict = planOf(true);
    if (JSON.stringify(conflict) === JSON.stringify(planOf(false))) {
      await topology.apply(conflict);
      return 'refused'; // this broker has no setting that could conflict
    }
    const error = await rejectionOf('a conflicting declaration', () => topology.apply(conflict));
    expectThat(isBusError(error, 'TOPOLOGY_DIFFERS'), `a conflicting declaration gave ${String(error)}`);
    const [difference] = (await topology.compare(conflict)).filter(({ kind }) => kind === 'different');
    expectThat(difference !== undefined, '`compare` does not show the conflict');
    for (const part of [difference.entity.name, difference.setting, difference.wanted, difference.actual])
      expectThat(part !== undefined && error.message.includes(part), `the error does not name ${part}: ${error.message}`);
    const unchanged = await topology.compare(planOf(false));
    expectThat(unchanged.length === 0, 'the declaration that failed has changed something');
    await failsOnlyItsBus(harness, bench);
    await bench.close();
    return 'proven';
  },
};

/** A bus with the conflict does not start; another bus, and the endpoint as it was, live on. */
async function failsOnlyItsBus(harness: CaseHarness, bench: Bench): Promise<void> {
  const work = handler(Work, () => undefined);
  const { onWait } = harness.capabilities.lanes;
  if (onWait[0] !== undefined) {
    const conflicting = endpoint(bench.endpoint.name, { handlers: [work], ordered: { onWait: onWait[0] } });
    const bus = makeBus(harness, { endpoints: [conflicting] });
    const error = await rejectionOf('the start of a bus with a conflict', () => bus.start());
    expectThat(isBusError(error, 'TOPOLOGY_DIFFERS'), `the start of a bus with a conflict gave ${String(error)}`);
    expectThat(bus.state === 'stopped', `after a failed start the bus is ${bus.state}`);
  }
  await bench.sendAccepted(bench.entry('still here'));
  await bench.consume(1);
  await bench.arrivedExactly(1, 'at the endpoint, after the conflict');
}
