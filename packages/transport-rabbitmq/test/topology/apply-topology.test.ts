import { systemRuntime } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import { applyTopology } from '../../src/topology/apply-topology.ts';
import { planTopology } from '../../src/topology/plan-topology.ts';
import type { DeclareQueueOptions, TopologyChannel, TopologyConnection } from '../../src/topology/topology-channel.ts';
import { endpointOf, topologyOf } from './topology-of.ts';

/** A broker that answers in the next turn, and tells what it was asked; it has refused what `refuses` says. */
function broker(refuses: (name: string) => Error | undefined = () => undefined) {
  const asked: string[] = [];
  const answered = new Set<string>();
  /** What was not there when something was declared that points to it. */
  const early: string[] = [];
  const answer = async (name: string, needs: readonly string[]): Promise<void> => {
    asked.push(name);
    early.push(...needs.filter((one) => !answered.has(one)).map((one) => `${name} before ${one}`));
    await new Promise(setImmediate);
    const refusal = refuses(name);
    if (refusal !== undefined) throw refusal;
    answered.add(name);
  };
  const needsOf = (settings: DeclareQueueOptions['arguments']): string[] => {
    const { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': key } = settings;
    if (exchange === undefined) return [];
    return [exchange === '' ? `queue ${key}` : `exchange ${exchange}`];
  };
  const channel: Partial<TopologyChannel> = {
    on: () => undefined,
    close: async () => undefined,
    assertQueue: (name, options) => answer(`queue ${name}`, needsOf(options.arguments)),
    assertExchange: (name, _type, options) =>
      answer(`exchange ${name}`, 'alternateExchange' in options ? [`exchange ${String(options.alternateExchange)}`] : []),
    bindQueue: (queue, source, pattern) => answer(`${source} → ${queue} by ${pattern}`, [`queue ${queue}`, `exchange ${source}`]),
    bindExchange: (to, source, pattern) => answer(`${source} → ${to} by ${pattern}`, [`exchange ${to}`, `exchange ${source}`]),
  };
  const connection: TopologyConnection = { openChannel: async () => channel as TopologyChannel, runtime: systemRuntime() };
  return { connection, asked, answered, early };
}

const PLAN = planTopology(topologyOf({ endpoints: [endpointOf('orders'), endpointOf('stock', { ordered: true })] }), { queue: 'quorum' });

describe('a plan that is applied over several channels', () => {
  it('is declared whole, each after what it needs', async () => {
    const { connection, answered, early } = broker();
    await applyTopology(PLAN, connection);
    expect(early).toEqual([]);
    expect(answered.size).toBe(PLAN.entities.length);
  });

  it('names the entity that was refused, and binds nothing', async () => {
    const text = `Operation failed: QueueDeclare; 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - access to queue 'orders' refused"`;
    const { connection, asked } = broker((name) => (name === 'queue orders' ? Object.assign(new Error(text), { code: 403 }) : undefined));
    await expect(applyTopology(PLAN, connection)).rejects.toMatchObject({
      code: 'TOPOLOGY_REFUSED',
      details: { entity: 'orders', kind: 'queue' },
    });
    expect(asked.filter((name) => name.includes('→'))).toEqual([]);
  });
});
