import { defineCommand, endpoint, handler } from '@waybill/core';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Known = defineCommand<{ readonly n: number }>('conformance.known');
const Other = defineCommand<{ readonly n: number }>('conformance.other');

export const whatNobodyHandlesIsSetAside: TransportCase = {
  name: 'a message of a name that nobody handles is set aside, dead-lettered or discarded, as its endpoint says, and others flow',
  group: 'bus',
  logs: [LOG_EVENTS.messageSkipped],
  run: async (harness) => {
    const stranger = await Bench.open(harness);
    for (const onUnknown of ['skip', 'dead-letter', 'discard'] as const) {
      const name = harness.uniqueName();
      const handled: number[] = [];
      const handlers = [handler(Known, ({ n }) => void handled.push(n)), handler(Other, () => undefined)];
      const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers, onUnknown })] });
      const headers = new Map([
        [HEADERS.id, harness.runtime.id()],
        [HEADERS.name, 'conformance.unknown'],
        [HEADERS.contentType, 'application/json'],
      ]);
      await stranger.sendAccepted(stranger.entry('{}', { destination: { kind: 'endpoint', name }, headers }));
      await bus.send(Known, { n: 2 });
      await harness.until('the known one', () => handled.length === 1);
      await harness.quiet();
      const letters = await bus.deadLetters(name).count();
      expectThat(letters === (onUnknown === 'dead-letter' ? 1 : 0), `with \`onUnknown: '${onUnknown}'\` there are ${letters} dead letters`);
      const skipped = await Bench.open(harness, { name: `${name}.skipped`, isThere: true });
      await skipped.consume(5);
      await skipped.arrivedExactly(onUnknown === 'skip' ? 1 : 0, `in the place for the skipped, with \`onUnknown: '${onUnknown}'\``);
      await skipped.close();
      await bus.stop();
    }
    await stranger.close();
    return 'proven';
  },
};
