import { defineCommand, endpoint, handler } from '@waybill/core';
import type { TransportEntry } from '@waybill/core/transport';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

/** Bodies that are no JSON, or none that may be read. */
const BODIES: Readonly<Record<string, Uint8Array>> = {
  empty: new Uint8Array(),
  'no text': Uint8Array.of(0xff, 0xfe, 0x00, 0x80),
  'cut off': new TextEncoder().encode('{"n":'),
  prototype: new TextEncoder().encode('{"__proto__":{"isAdmin":true}}'),
  deep: new TextEncoder().encode('['.repeat(200_000)),
};

export const anUnreadableMessageIsParked: TransportCase = {
  name: 'a message that cannot be read is dead-lettered at once as `unreadable`, with its bytes; its neighbours are handled',
  number: 30,
  group: 'bus',
  logs: [LOG_EVENTS.messageDeadLettered],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { name } = bench.endpoint;
    const handled: number[] = [];
    const work = handler(Work, ({ n }) => void handled.push(n));
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], recovery: { retries: 3 } })] });
    await bus.send(Work, { n: 1 });
    const kinds = Object.keys(BODIES).filter((kind) => (BODIES[kind]?.length ?? 0) <= harness.capabilities.maxMessageBytes);
    await bench.sendAccepted(...kinds.map((kind) => unreadable(bench, kind)));
    await bus.send(Work, { n: 2 });
    await harness.until('both neighbours', () => handled.length === 2);
    await harness.until('all dead letters', async () => (await bench.transport.deadLetters.count(name)) >= kinds.length);
    const letters = await bench.deadLetters();
    for (const kind of kinds) {
      const letter = letters.find(({ message }) => message.headers.get('x-text') === kind)?.message;
      const reason = letter?.headers.get(HEADERS.reason);
      expectThat(reason === 'unreadable', `the message with a body that is ${kind} has the reason "${reason}"`);
      expectThat(letter !== undefined && letter.body.length === BODIES[kind]?.length, `the body that is ${kind} was changed`);
      expectThat(letter.headers.get(HEADERS.attempt) === '1', `it was tried ${letter.headers.get(HEADERS.attempt)} times`);
    }
    expectThat(letters.length === kinds.length, `${letters.length} dead letters instead of ${kinds.length}`);
    await bus.stop();
    await bench.close();
    return 'proven';
  },
};

function unreadable(bench: Bench, kind: string): TransportEntry {
  const entry = bench.entry(kind);
  const headers = new Map([...entry.headers, [HEADERS.name, Work.name], [HEADERS.contentType, 'application/json']]);
  return { ...entry, headers, body: BODIES[kind] as Uint8Array };
}
