import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { refusesOrder } from '../../refuses-order.ts';
import type { TransportCase } from '../../transport-case.ts';

const KEYS = 8;
const EACH = 4;

export const oneProcessPerLane: TransportCase = {
  name: 'of two processes at one endpoint, never do both have deliveries of one lane, and each lane comes in order',
  group: 'flow',
  run: async (harness) => {
    const { kind } = harness.capabilities.lanes;
    if (kind === 'none') return refusesOrder(harness);
    const bench = await Bench.open(harness, { ordered: true });
    const other = await bench.join();
    const holders = new Map<string, Bench>();
    const held = new Map<string, number>();
    const shared: string[] = [];
    const settled: string[] = [];
    const begin = (at: Bench): Promise<unknown> =>
      at.receive(6, (delivery) => {
        const lane = delivery.lane ?? 'none';
        if ((held.get(lane) ?? 0) > 0 && holders.get(lane) !== at) shared.push(lane);
        holders.set(lane, at);
        held.set(lane, (held.get(lane) ?? 0) + 1);
        void harness.runtime.yield().then(() => {
          held.set(lane, (held.get(lane) ?? 0) - 1);
          settled.push(delivery.message.headers.get('x-text') as string);
          return delivery.ack();
        });
      });
    await begin(bench);
    await begin(other);
    const entries = Array.from({ length: KEYS * EACH }, (_, n) =>
      bench.entry(`${n % KEYS}.${Math.floor(n / KEYS)}`, { partitionKey: `key ${n % KEYS}` }),
    );
    await bench.sendAccepted(...entries);
    await harness.until('all', () => settled.length === KEYS * EACH);
    expectThat(shared.length === 0, `two processes had deliveries of the lanes ${shared.join(', ')} at once`);
    const [idle, busy] = [bench, other].toSorted((a, b) => a.arrived.length - b.arrived.length) as [Bench, Bench];
    expectThat(idle.arrived.length > 0 || kind === 'slot', 'one process had all lanes');
    for (let key = 0; key < KEYS; key += 1) {
      const order = settled.filter((text) => text.startsWith(`${key}.`)).join(' ');
      expectThat(order === Array.from({ length: EACH }, (_, n) => `${key}.${n}`).join(' '), `key ${key} came as ${order}`);
    }
    if (idle.arrived.length === 0) await takesOver(idle, busy);
    await other.close();
    await bench.close();
    return 'proven';
  },
};

/** A broker that gives all slots to the process that came first gives them to the other when that one ends. */
async function takesOver(idle: Bench, busy: Bench): Promise<void> {
  await busy.close();
  await idle.sendAccepted(...Array.from({ length: KEYS }, (_, n) => idle.entry(`${n}.later`, { partitionKey: `key ${n}` })));
  await idle.arrivals(KEYS);
  await busy.reopen();
}
