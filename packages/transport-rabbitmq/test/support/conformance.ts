import { afterAll, it } from 'vitest';
import { TRANSPORT_CASES, runCase, verdictMatrix } from '@waybill/conformance';
import type { RabbitmqOptions } from '../../src/index.ts';
import type { RabbitmqHarness } from '../rabbitmq-harness.ts';

/** Some cases wait for seconds several times. */
const LONGEST_MS = 120_000;

/**
 * Runs the suite, several cases at once, because most of their time they wait; each has a harness of its own, so that the faults
 * of one do not strike another.
 */
export function testConformance(name: string, newHarness: (overrides: RabbitmqOptions) => Promise<RabbitmqHarness>): void {
  const matrix = verdictMatrix();
  for (const one of TRANSPORT_CASES) {
    it.concurrent(
      `${one.group}: ${one.number ?? ''} ${one.name}`,
      async ({ expect }) => {
        const needsHeartbeat = one.needsKill?.includes('half-open') === true;
        const { harness, cleanUp } = await newHarness(needsHeartbeat ? { heartbeat: '1s' } : {});
        try {
          const verdict = await runCase(one, harness);
          matrix.record(verdict, one, name);
          expect(verdict).toBeDefined();
        } finally {
          await cleanUp();
        }
      },
      LONGEST_MS,
    );
  }
  afterAll(() => void process.stdout.write(`\n${matrix.toText()}\n`));
}
