import { defineCommand, defineEvent } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Done = defineEvent<{ readonly n: number }>('conformance.done');

export const publishAfterStopRejects: TransportCase = {
  name: 'a send or publish after stop is called rejects as BUS_STOPPED, and nothing leaves',
  number: 11,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const bus = await startBus(harness);
    const stopping = bus.stop();
    const to = bench.endpoint.name;
    for (const when of ['while it stops', 'after it stopped']) {
      for (const send of [() => bus.send(Work, { n: 1 }, { to }), () => bus.publish(Done, { n: 1 })]) {
        const error = await rejectionOf(`sending ${when}`, send);
        expectThat(isBusError(error, 'BUS_STOPPED'), `sending ${when} gave ${String(error)}`);
      }
      await harness.within(harness.patienceMs, 'stop', stopping);
    }
    await bench.receive(1);
    await bench.arrivedExactly(0, 'after sends that were refused');
    await bench.close();
    return 'proven';
  },
};
