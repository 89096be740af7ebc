import { join } from 'node:path';
import { TRANSPORT_CASES } from '@waybill/conformance';
import type { FaultKind, TransportHarness } from '@waybill/conformance';
import { ScriptProcess } from '@waybill/fault-kit';
import type { RabbitmqNode } from '@waybill/servers';
import { beforeAll, expect, it } from 'vitest';
import { rabbitmqHarness } from '../rabbitmq-harness.ts';
import { titleOf, verdictOn } from './conformance.ts';
import { urlAs } from './management.ts';
import { NodeFaults, USER } from './node-faults.ts';

/** Faults that a broker of one's own makes, and not a proxy in front of it. */
const OF_THE_BROKER: readonly FaultKind[] = ['restart', 'down', 'block', 'revoke-credentials', 'forbid', 'kill-consumer'];
/** Cases whose consumers are then processes, which are killed, frozen and held up. */
const OF_PROCESSES = [28, 59, 60];
const LONGEST_MS = 300_000;

const CASES = TRANSPORT_CASES.filter(
  ({ number = 0, needsKill = [] }) => OF_PROCESSES.includes(number) || needsKill.some((kind) => OF_THE_BROKER.includes(kind)),
);

/** Runs the cases that need a broker or a consumer of their own, which is killed; one after another, because all that share the broker are hit. */
export function testFaults(server: { readonly node: RabbitmqNode }, queue: 'classic' | 'quorum', alarm: 'memory' | 'disk'): void {
  beforeAll(async () => {
    const { node } = server;
    await node.addUser(USER.name, USER.password);
    await node.setRights(USER.name, ['declare', 'send', 'receive']);
  }, LONGEST_MS);

  it.each(CASES.map((one) => ({ title: titleOf(one), one })))(
    '$title',
    async ({ one }) => {
      const { node } = server;
      const url = urlAs(node.url, USER);
      const own: Partial<TransportHarness> = {
        faults: new NodeFaults(node, alarm),
        process: (part, onLine) =>
          new ScriptProcess({
            script: join(import.meta.dirname, 'part-process.ts'),
            parameters: [url, queue, part],
            faults: node.faults,
            onLine,
          }),
        patienceMs: 45_000,
      };
      await expect(verdictOn(one, (overrides) => rabbitmqHarness(url, { queue, ...overrides }, own))).resolves.toBe('proven');
    },
    LONGEST_MS,
  );
}
