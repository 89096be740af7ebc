import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'amqplib';
import type { TransportHarness } from '@waybill/conformance';
import { overlay, runAlone } from '@waybill/conformance';
import type { IMessageTransport, TopologyPlan } from '@waybill/core/transport';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions } from '../src/index.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { SHARED_PREFIX } from '../src/topology/entity-names.ts';

/** A harness of one case, and what removes the queues that it made: a broker may hold only so many quorum queues at once. */
export interface RabbitmqHarness {
  readonly harness: TransportHarness;
  readonly cleanUp: () => Promise<void>;
}

/** The suite on a real RabbitMQ, behind a proxy of its own. Its transports share a virtual host with nobody but the other cases. */
export async function rabbitmqHarness(url: string, options: RabbitmqOptions): Promise<RabbitmqHarness> {
  const made = new Set<string>();
  const faults = await FaultProxy.listen(url);
  const noting = (transport: IMessageTransport): IMessageTransport => {
    const apply = (plan: TopologyPlan): Promise<void> => {
      for (const { kind, name } of plan.entities) if (kind === 'queue' && !name.startsWith(SHARED_PREFIX)) made.add(name);
      return transport.topology.apply(plan);
    };
    return overlay(transport, { topology: overlay(transport.topology, { apply }) });
  };
  const aloneName = `alone.${randomUUID()}`;
  return {
    harness: {
      create: () => noting(rabbitmq({ ...options, url: faults.url })),
      faults,
      alone: () => {
        for (const suffix of ['', '.dead-letter', '.skipped']) made.add(`${aloneName}${suffix}`);
        return runAlone(join(import.meta.dirname, 'support/own-process.ts'), [url, options.queue ?? 'quorum', aloneName], 20_000);
      },
      patienceMs: 12_000,
      quietMs: 250,
    },
    cleanUp: async () => {
      await faults.close();
      await deleteQueues(url, made);
    },
  };
}

async function deleteQueues(url: string, names: ReadonlySet<string>): Promise<void> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    for (const name of names) await channel.deleteQueue(name);
  } finally {
    await connection.close();
  }
}
