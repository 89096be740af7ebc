import type { TransportEntry } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Names and values that have broken somebody. */
const HEADERS: readonly (readonly [string, string])[] = [
  ['x-unicode', 'Grüße, 世界, مرحبا'],
  ['x-emoji', '📮👩‍👩‍👧‍👦'],
  ['x-empty', ''],
  ['x-long', 'v'.repeat(4_096)],
  ['x-spaces', '  at both ends  '],
  ['x-number', '007'],
  ['x-large-number', '12345678901234567890'],
  ['x-boolean', 'true'],
  ['x-null', 'null'],
  ['x-lines', 'first\r\nx-injected: second'],
  ['x-quotes', '"\'\\{}[]'],
  ['x-control', 'a\u0000b\u0007c'],
  ['X-Upper-Case', 'name'],
  ['__proto__', '{"isAdmin":"yes"}'],
  ['constructor', 'text'],
  ['toString', 'text'],
  ['7', 'a name that is a number'],
];

export const roundTripsHeaders: TransportCase = {
  name: 'each header arrives as it was sent, or the send is rejected as HEADER_NOT_ALLOWED; a prototype is never touched',
  number: 2,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const outcomes = await bench.transport.send(
      HEADERS.map(([name, value]) => withHeader(bench, name, value)),
      {},
    );
    const sent = HEADERS.filter(([name], index) => {
      const outcome = outcomes[index];
      const isFair = outcome?.status === 'accepted' || (outcome?.status === 'rejected' && outcome.code === 'HEADER_NOT_ALLOWED');
      expectThat(isFair, `the header "${name}" was ${describeOutcome(outcome)}`);
      return outcome.status === 'accepted';
    });
    await bench.consume(5);
    await bench.arrivedExactly(sent.length, 'of the headers that were accepted');
    for (const [name, value] of sent) {
      const arrived = bench.arrived.find(({ message }) => message.headers.get('x-text') === name)?.message.headers;
      expectThat(arrived?.get(name) === value, `the header "${name}" came as ${JSON.stringify(arrived?.get(name)?.slice(0, 50))}`);
      expectThat(!arrived.has('x-injected'), `the header "${name}" brought another one with it`);
    }
    expectThat(!('isAdmin' in {}) && !('isAdmin' in Object), 'a header got into a prototype');
    await bench.close();
    return 'proven';
  },
};

function withHeader(bench: Bench, name: string, value: string): TransportEntry {
  const entry = bench.entry(name);
  return { ...entry, headers: new Map([...entry.headers, [name, value]]) };
}
