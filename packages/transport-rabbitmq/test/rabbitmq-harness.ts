import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'amqplib';
import type { Channel } from 'amqplib';
import type { FaultKind, FaultPort, InjectedFault, TransportHarness } from '@waybill/conformance';
import { overlay, runAlone } from '@waybill/conformance';
import type { IMessageTransport, PlannedEntity, TopologyPlan } from '@waybill/core/transport';
import { rabbitmq } from '../src/index.ts';
import type { RabbitmqOptions } from '../src/index.ts';
import { FaultProxy } from './support/fault-proxy.ts';
import { queueOptions } from '../src/topology/declare-entity.ts';
import { SHARED_PREFIX } from '../src/topology/entity-names.ts';

/** A harness of one case, and what removes the queues that it made: a broker may hold only so many quorum queues at once. */
export interface RabbitmqHarness {
  readonly harness: TransportHarness;
  readonly cleanUp: () => Promise<void>;
}

/**
 * The suite on a real RabbitMQ, behind a proxy of its own. Its transports share a virtual host with nobody but the other cases. What `own`
 * has is taken instead; its faults come before those of the proxy.
 */
export async function rabbitmqHarness(
  url: string,
  options: RabbitmqOptions,
  own: Partial<TransportHarness> = {},
): Promise<RabbitmqHarness> {
  const made = new Map<string, PlannedEntity['settings']>();
  const proxy = await FaultProxy.listen(url);
  const noting = (transport: IMessageTransport): IMessageTransport => {
    const apply = (plan: TopologyPlan): Promise<void> => {
      for (const entity of plan.entities)
        if (entity.kind === 'queue' && !entity.name.startsWith(SHARED_PREFIX)) made.set(entity.name, entity.settings);
      return transport.topology.apply(plan);
    };
    return overlay(transport, { topology: overlay(transport.topology, { apply }) });
  };
  const aloneName = `alone.${randomUUID()}`;
  return {
    harness: {
      create: () => noting(rabbitmq({ ...options, url: proxy.url })),
      alone: () => {
        for (const suffix of ['', '.dead-letter', '.skipped']) made.set(`${aloneName}${suffix}`, {});
        return runAlone(join(import.meta.dirname, 'support/own-process.ts'), [url, options.queue ?? 'quorum', aloneName], 90_000);
      },
      patienceMs: 12_000,
      quietMs: 250,
      ...own,
      faults: firstOf([...(own.faults === undefined ? [] : [own.faults]), withoutDeadLetters(proxy, url, made)]),
    },
    cleanUp: async () => {
      await proxy.close();
      await administer(url, async (channel) => {
        for (const name of made.keys()) await channel.deleteQueue(name);
      });
    },
  };
}

/** The faults of the proxy, and one at the broker: the queue of the dead letters is away until the fault has ended. */
function withoutDeadLetters(proxy: FaultProxy, url: string, made: ReadonlyMap<string, PlannedEntity['settings']>): FaultPort {
  const KIND = 'refuse-dead-letter';
  let refused = 0;
  const refuse = async (endpoint: string): Promise<InjectedFault> => {
    const queue = `${endpoint}.dead-letter`;
    await administer(url, (channel) => channel.deleteQueue(queue));
    refused += 1;
    let ended: Promise<void> | undefined;
    return { end: () => (ended ??= administer(url, (channel) => channel.assertQueue(queue, queueOptions(made.get(queue) ?? {})))) };
  };
  return {
    kinds: new Set([...proxy.kinds, KIND]),
    inject: (kind, options = {}) => (kind === KIND ? refuse(options.endpoint ?? '') : proxy.inject(kind, options)),
    calm: () => proxy.calm(),
    happened: (kind) => (kind === KIND ? refused : proxy.happened(kind)),
  };
}

/** Several ports as one: each fault is made by the first that can. */
function firstOf(ports: readonly FaultPort[]): FaultPort {
  const whoMakes = (kind: FaultKind): FaultPort => ports.find(({ kinds }) => kinds.has(kind)) as FaultPort;
  return {
    kinds: new Set(ports.flatMap(({ kinds }) => [...kinds])),
    inject: (kind, options) => whoMakes(kind).inject(kind, options),
    calm: () => ports.forEach((port) => port.calm?.()),
    happened: (kind) => whoMakes(kind).happened(kind),
  };
}

async function administer(url: string, work: (channel: Channel) => Promise<unknown>): Promise<void> {
  const connection = await connect(url);
  try {
    await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
