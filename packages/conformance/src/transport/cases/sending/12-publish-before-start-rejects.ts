import { defineCommand, defineEvent } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Done = defineEvent<{ readonly n: number }>('conformance.done');

export const publishBeforeStartRejects: TransportCase = {
  name: 'a send or publish before start rejects as BUS_NOT_STARTED, and nothing leaves later',
  number: 12,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const bus = makeBus(harness);
    const to = bench.endpoint.name;
    for (const send of [() => bus.send(Work, { n: 1 }, { to }), () => bus.publish(Done, { n: 1 })]) {
      const error = await rejectionOf('sending before start', send);
      expectThat(isBusError(error, 'BUS_NOT_STARTED'), `sending before start gave ${String(error)}`);
    }
    await harness.within(harness.patienceMs, 'start', bus.start());
    await bench.receive(5);
    await bench.arrivedExactly(0, 'after a send that was refused');
    await bus.send(Work, { n: 2 }, { to });
    await bench.arrivedExactly(1, 'after one send that was refused and one that was not');
    await bus.stop();
    await bench.close();
    return 'proven';
  },
};
