import { describe, expect, it } from 'vitest';
import { Mutation } from '../support/peer/mutation.ts';
import { Ask, ProtocolRig, codeOf, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

const SEEDS = 300;
/** So many at once. */
const ABREAST = 20;
/** Ten seconds are a quarter of one. */
const HASTE = 40;
/** The others have ended before their turn came, for a busy machine misses the short times. */
const FEWEST_BROKEN = 30;
const ACCEPTED_OR_CODED = /^(accepted$|[A-Z]+(_[A-Z]+)+ )/;

/** A start, two commands, an event, a request, and what is handled; every outcome is a code. */
async function exchange(rig: ProtocolRig): Promise<readonly string[]> {
  const started = await codeOf(rig.bus.start());
  if (started !== 'accepted') return [started];
  const request = codeOf(rig.bus.request(Ask, { n: 1 }, { timeout: '10s' }));
  return [started, ...(await Promise.all([rig.send(1), rig.send(2), rig.publish(3), request]))];
}

/** How many bytes the peer says on each of its connections when nothing is broken. */
async function recorded(): Promise<readonly number[]> {
  await using rig = await ProtocolRig.open();
  const said: number[] = [];
  rig.peer.onAccept = (link) => {
    const at = said.push(0) - 1;
    link.through((bytes, write) => {
      said[at] = (said[at] ?? 0) + bytes.length;
      write(bytes);
    });
  };
  const outcomes = await exchange(rig);
  if (outcomes.some((outcome) => outcome !== 'accepted')) throw new Error(outcomes.join('\n'));
  await until('both are handled', () => rig.handled.length === 2);
  return Array.from(said); // what is said at the end is not in it
}

async function broken(seed: number, lengths: readonly number[]): Promise<string> {
  const mutation = new Mutation(seed, lengths);
  try {
    await using rig = await ProtocolRig.open({ haste: HASTE });
    rig.peer.onAccept = (link) => mutation.listen(link);
    for (const outcome of await exchange(rig)) if (!ACCEPTED_OR_CODED.test(outcome)) return `${mutation.text}: ${outcome}`;
    return mutation.isDone ? 'done' : 'nothing was broken';
  } catch (error) {
    return `${mutation.text}: ${String(error)}`;
  }
}

describe('an exchange in which one thing is broken', () => {
  it(`ends in time with codes only, ${SEEDS} times`, async () => {
    const lengths = await recorded();
    const results: string[] = [];
    const seeds = Array.from({ length: SEEDS }, (_, at) => at + 1).values(); // each lane takes the next: none waits for the slowest of all
    const lane = async (): Promise<void> => {
      for (const seed of seeds) results.push(await broken(seed, lengths));
    };
    await Promise.all(Array.from({ length: ABREAST }, lane));
    expect(results.filter((result) => result.startsWith('seed')).join('\n')).toBe('');
    expect(results.filter((result) => result === 'done').length).toBeGreaterThanOrEqual(FEWEST_BROKEN);
  }, 120_000);
});
