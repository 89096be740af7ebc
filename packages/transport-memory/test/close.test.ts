import { describe, expect, it } from 'vitest';
import type { EndpointTopology } from '@waybill/core/transport';
import { guardTransport } from '@waybill/core/transport';
import { manualRuntime } from './support/manual-runtime.ts';
import { memory, type MemoryLikeness } from '../src/index.ts';

const FORMS: readonly (MemoryLikeness | undefined)[] = [undefined, 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'];

const jobs: EndpointTopology = {
  name: 'jobs',
  deadLetter: 'jobs.dead-letter',
  skipped: 'jobs.skipped',
  ordered: false,
  redeliveryDelaysMs: [],
  options: undefined,
};

describe('close', () => {
  it.each(FORMS)('leaves no timer behind, with deliveries unsettled and a message delayed (%s)', async (like) => {
    const runtime = manualRuntime();
    const transport = guardTransport(memory(like === undefined ? {} : { like }), { publishTimeoutMs: 1_000 });
    await transport.open({ runtime, onState: () => undefined });
    await transport.topology.apply(transport.topology.plan({ endpoints: [jobs], topics: [], subscriptions: [] }));
    const lost: AbortSignal[] = [];
    const receiver = transport.receive(jobs, { prefetch: 2 }, (delivery) => lost.push(delivery.lost));
    await receiver.start();
    const { delay } = transport.capabilities;
    const isDelaying = delay.maxMs > 0 && delay.steps === 'any';
    const entry = { destination: { kind: 'endpoint', name: 'jobs' }, headers: new Map<string, string>(), body: new Uint8Array(1) } as const;
    const outcomes = await transport.send(
      [entry, entry, entry, ...(isDelaying ? [{ ...entry, notBefore: runtime.now() + 60_000 }] : [])],
      {},
    );
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'accepted'));
    await runtime.settle();
    expect(lost).toHaveLength(2);
    await transport.close();
    expect(lost.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(runtime.pendingTimers()).toBe(0);
  });
});
