import { defineEvent, endpoint, handler } from '@waybill/core';
import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

export const unlistedEvents: TransportCase = {
  name: 'an event that nobody listed gets its topic before its first publish; without `apply` it is CONTRACT_NOT_DECLARED',
  group: 'topology',
  run: async (harness) => {
    const unlisted = defineEvent<{ readonly n: number }>(`${harness.uniqueName()}.unlisted`);
    const first = await startBus(harness);
    await Promise.all([1, 2, 3].map((n) => first.publish(unlisted, { n }))); // three first publishes at once
    const seen: number[] = [];
    const listening = handler(unlisted, ({ n }) => void seen.push(n));
    const second = await startBus(harness, { endpoints: [endpoint(harness.uniqueName(), { handlers: [listening] })] });
    await first.publish(unlisted, { n: 4 });
    await harness.until('the event', () => seen.length > 0);
    expectThat(seen.join() === '4', `the events ${seen.join()} were handled`);
    const strict = await startBus(harness, { provisioning: 'validate' });
    const error = await rejectionOf('an unlisted publish without `apply`', () => strict.publish(unlisted, { n: 5 }));
    expectThat(isBusError(error, 'CONTRACT_NOT_DECLARED'), `an unlisted publish without \`apply\` gave ${String(error)}`);
    for (const bus of [first, second, strict]) await bus.stop();
    return 'proven';
  },
};
