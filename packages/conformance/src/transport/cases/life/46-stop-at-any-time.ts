import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { overlay } from '../../../overlay.ts';
import { makeBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const DRAIN_MS = 1_000;
const MOMENTS = 12;

export const stopAtAnyTime: TransportCase = {
  name: 'stop before start, twice, at once, during each moment of a start, and with the broker down, ends in time',
  number: 46,
  group: 'life',
  needsKill: ['down'],
  run: async (harness) => {
    const endpoints = [endpoint(harness.uniqueName(), { handlers: [handler(Work, () => undefined)] })];
    const bus = makeBus(harness, { endpoints, drainTimeout: DRAIN_MS });
    await endsInTime(harness, bus, 'before start');
    expectThat(bus.state === 'idle', `stop before start made the bus ${bus.state}`);
    await bus.start();
    await Promise.all([endsInTime(harness, bus, 'at once'), endsInTime(harness, bus, 'at once')]);
    await endsInTime(harness, bus, 'after stop');
    for (let turns = 0; turns < MOMENTS; turns += 1) await stopsDuringStart(harness, bus, turns);
    await stopsAHangingStart(harness);
    const down = await harness.inject('down');
    const error = await rejectionOf('a start with the broker down', () => bus.start());
    expectThat(isBusError(error, 'TRANSPORT_OPEN_FAILED'), `a start with the broker down gave ${String(error)}`);
    await endsInTime(harness, bus, 'with the broker down');
    await down.end();
    await harness.within(harness.patienceMs, 'the start after all that', bus.start());
    await endsInTime(harness, bus, 'at the end');
    return 'proven';
  },
};

/** The start is given up, or was done before; afterwards the bus is stopped and nothing of it is left. */
async function stopsDuringStart(harness: CaseHarness, bus: Bus, turns: number): Promise<void> {
  const starting = bus.start().then(
    () => undefined,
    (error: unknown) => error,
  );
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
  await endsInTime(harness, bus, `${turns} turns into a start`);
  const error = await harness.within(harness.patienceMs, 'a start that was given up', starting);
  expectThat(error === undefined || isBusError(error, 'START_ABORTED'), `a start that was given up ended with ${String(error)}`);
  expectThat(bus.state === 'stopped', `after stop, ${turns} turns into a start, the bus is ${bus.state}`);
  expectThat(harness.leftovers().length === 0, `stop, ${turns} turns into a start, left ${harness.leftovers().join(', ')}`);
}

/** The broker takes the connection and then answers nothing. */
async function stopsAHangingStart(harness: CaseHarness): Promise<void> {
  const transport = harness.createBare();
  const hanging = overlay(transport, { topology: overlay(transport.topology, { apply: () => new Promise(() => undefined) }) });
  const endpoints = [endpoint(harness.uniqueName(), { handlers: [handler(Work, () => undefined)] })];
  const bus = createBus({ name: 'conformance', provisioning: 'apply', transport: hanging, runtime: harness.runtime, endpoints });
  const starting = rejectionOf('a start that hangs', () => bus.start());
  await harness.quiet();
  expectThat(bus.state === 'starting', `with a broker that does not answer the bus is ${bus.state}`);
  await endsInTime(harness, bus, 'while a start hangs');
  const error = await harness.within(harness.patienceMs, 'a start that was given up', starting);
  expectThat(isBusError(error, 'START_ABORTED'), `a start that was given up ended with ${String(error)}`);
  expectThat(harness.leftovers().length === 0, `stop, while a start hung, left ${harness.leftovers().join(', ')}`);
}

async function endsInTime(harness: CaseHarness, bus: Bus, when: string): Promise<void> {
  await harness.within(DRAIN_MS + harness.capabilities.stopSlackMs, `stop ${when}`, bus.stop());
}
