import { afterAll, it } from 'vitest';
import { TRANSPORT_CASES, runCase, verdictMatrix } from '@waybill/conformance';
import type { TransportCase, Verdict } from '@waybill/conformance';
import type { RabbitmqOptions } from '../../src/index.ts';
import type { RabbitmqHarness } from '../rabbitmq-harness.ts';

/** Some cases wait for seconds several times. */
const LONGEST_MS = 120_000;

type NewHarness = (overrides: RabbitmqOptions) => Promise<RabbitmqHarness>;

export const titleOf = ({ group, number, name }: TransportCase): string => `${group}: ${number ?? ''} ${name}`;

/** Runs one case on a harness of its own. */
export async function verdictOn(one: TransportCase, newHarness: NewHarness): Promise<Verdict> {
  const needsHeartbeat = one.needsKill?.includes('half-open') === true;
  const { harness, cleanUp } = await newHarness(needsHeartbeat ? { heartbeat: '1s' } : {});
  try {
    return await runCase(one, harness);
  } finally {
    await cleanUp();
  }
}

/**
 * Runs the suite, several cases at once, because most of their time they wait; each has a harness of its own, so that the faults
 * of one do not strike another.
 */
export function testConformance(name: string, newHarness: NewHarness): void {
  const matrix = verdictMatrix();
  for (const one of TRANSPORT_CASES) {
    it.concurrent(
      `${titleOf(one)}`,
      async ({ expect }) => {
        const verdict = await verdictOn(one, newHarness);
        matrix.record(verdict, one, name);
        expect(verdict).toBeDefined();
      },
      LONGEST_MS,
    );
  }
  afterAll(() => void process.stdout.write(`\n${matrix.toText()}\n`));
}
