import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const KEYS = 12;
const EACH = 5;

export const keysDoNotBlockEachOther: TransportCase = {
  name: 'a lane that stands still blocks no other lane',
  number: 37,
  group: 'flow',
  run: async (harness) => {
    const { kind } = harness.capabilities.lanes;
    const bench = await Bench.open(harness, { ordered: kind !== 'none' });
    let stuck: string | undefined;
    await bench.receive(KEYS * EACH, (delivery) => {
      stuck ??= delivery.lane;
      if (delivery.lane === undefined || delivery.lane !== stuck) void delivery.ack();
    });
    for (let n = 0; n < KEYS * EACH; n += 1)
      await bench.sendAccepted(bench.entry(`${n % KEYS}.${Math.floor(n / KEYS)}`, { partitionKey: `key ${n % KEYS}` }));
    await harness.quiet();
    if (kind === 'none') {
      await bench.arrivedExactly(KEYS * EACH, 'without lanes');
      expectThat(stuck === undefined, `a lane "${stuck}" was given by a transport that has none`);
      await bench.close();
      return 'refused';
    }
    const free = bench.arrived.filter(({ lane }) => lane !== stuck);
    const blocked = new Set(bench.arrived.filter(({ lane }) => lane === stuck).map((delivery) => textOf(delivery).split('.')[0]));
    expectThat(stuck !== undefined, 'a message with a partition key came without a lane at an ordered endpoint');
    const wanted = (KEYS - blocked.size) * EACH;
    const keysSeen = new Set(bench.texts().map((text) => text.split('.')[0])).size;
    expectThat(keysSeen > blocked.size, 'all keys were in the lane that stands still');
    expectThat(free.length >= wanted - EACH * hidden(kind), `${free.length} of the other lanes came instead of ${wanted}`);
    await bench.close();
    return 'proven';
  },
};

/** Where lanes are slots, a key that has not come yet may share the slot that stands still. */
const hidden = (kind: 'slot' | 'key' | 'none'): number => (kind === 'slot' ? 2 : 0);
