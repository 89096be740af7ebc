import { describe } from 'vitest';
import type { IMessageTransport } from '@waybill/core/transport';
import { declaring, testMutants } from '../support/mutant.ts';

const PRUNE =
  'apply never removes; prune removes what its owner made, the plan does not hold and nobody uses, says so, and events stop to come';

const TEMPORARY =
  'a temporary endpoint is one for each bus, so that every instance gets every event; it goes when its transport closes, its dead letters stay';
const BEFORE_START = 'before it starts a bus compares and applies its topology, says what it made, and from then on subscriptions collect';

/** Uses other names at the broker than it was given. */
function cuttingNames(transport: IMessageTransport, cut: (name: string) => string): Partial<IMessageTransport> {
  return {
    send: (entries, options) =>
      transport.send(
        entries.map((entry) =>
          entry.destination.kind === 'reply'
            ? entry
            : { ...entry, destination: { kind: entry.destination.kind, name: cut(entry.destination.name) } },
        ),
        options,
      ),
    receive: (endpoint, options, onDelivery) => transport.receive({ ...endpoint, name: cut(endpoint.name) }, options, onDelivery),
    ...declaring(transport, (topology) => ({
      plan: ({ endpoints, topics, subscriptions }) =>
        topology.plan({
          endpoints: endpoints.map((endpoint) => ({ ...endpoint, name: cut(endpoint.name) })),
          topics: topics.map(({ name }) => ({ name: cut(name) })),
          subscriptions: subscriptions.map(({ topic, endpoint }) => ({ topic: cut(topic), endpoint: cut(endpoint) })),
        }),
    })),
  };
}

describe('the topology cases catch', () => {
  testMutants([
    {
      does: 'delivers an event once per declaration',
      caughtBy: 'a topology that is declared twice, and by ten processes at once, is there once',
      breaks: (() => {
        let declared = 0;
        return (transport) => ({
          ...declaring(transport, (topology) => ({
            apply: (plan) => {
              declared += plan.entities.filter(({ kind }) => kind === 'subscription').length;
              return topology.apply(plan);
            },
          })),
          send: async (entries, options) => {
            for (let n = 1; n < declared; n += 1) await transport.send(entries, options);
            return transport.send(entries, options);
          },
        });
      })(),
    },
    {
      does: 'cuts names',
      caughtBy: 'names that differ in a dot or a hyphen, or only at the end of the longest, are different places',
      breaks: (transport) => cuttingNames(transport, (name) => name.slice(0, 59)),
    },
    {
      does: 'writes hyphens for dots',
      caughtBy: 'names that differ in a dot or a hyphen, or only at the end of the longest, are different places',
      breaks: (transport) => cuttingNames(transport, (name) => name.replaceAll('.', '-')),
    },
    {
      does: 'takes what is there for what is wanted',
      caughtBy: 'a declaration that conflicts with what is there fails as TOPOLOGY_DIFFERS, names it, and changes nothing',
      breaks: (transport) => declaring(transport, (topology) => ({ apply: (plan) => topology.apply(plan).catch(() => undefined) })),
    },
    {
      does: 'declares what it plans',
      caughtBy: 'a plan needs no connection, is the same each time, touches nothing, and after apply nothing of it is missing',
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          plan: (wanted) => {
            const plan = topology.plan(wanted);
            void topology.apply(plan);
            return plan;
          },
        })),
    },
    {
      does: 'does not say what it may not declare',
      caughtBy: 'without the right to declare, start fails with a code and names the entity that was refused',
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          apply: (plan) =>
            topology.apply(plan).catch(() => {
              throw new Error('403');
            }),
        })),
    },
    {
      does: 'finds no difference',
      caughtBy: 'a plan needs no connection, is the same each time, touches nothing, and after apply nothing of it is missing',
      breaks: (transport) => declaring(transport, () => ({ compare: () => Promise.resolve([]) })),
    },
    {
      does: 'declares what it compares',
      caughtBy: 'with `validate` a missing endpoint fails start by name; neither `validate` nor `assume` makes anything',
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          compare: async (plan) => {
            const differences = await topology.compare(plan);
            await topology.apply(plan);
            return differences;
          },
        })),
    },
    {
      does: 'removes what is not planned when it declares',
      caughtBy: PRUNE,
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          apply: async (plan) => {
            await topology.prune(plan);
            await topology.apply(plan);
          },
        })),
    },
    {
      does: 'prunes what other buses have made',
      caughtBy: PRUNE,
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          apply: (plan) => topology.apply({ ...plan, owner: 'everybody' }),
          prune: (plan, options) => topology.prune({ ...plan, owner: 'everybody' }, options),
        })),
    },
    {
      does: 'prunes where it is asked to tell only',
      caughtBy: PRUNE,
      breaks: (transport) => declaring(transport, (topology) => ({ prune: (plan) => topology.prune(plan) })),
    },
    {
      does: 'does not tell what it keeps',
      caughtBy: PRUNE,
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          prune: async (plan, options) => ({ ...(await topology.prune(plan, options)), kept: [] }),
        })),
    },
    {
      does: 'lets no temporary endpoint go',
      caughtBy: TEMPORARY,
      breaks: (transport) =>
        declaring(transport, (topology) => ({
          plan: (wanted) => topology.plan({ ...wanted, endpoints: wanted.endpoints.map((one) => ({ ...one, temporary: false })) }),
        })),
    },
    {
      does: 'makes one of all temporary endpoints',
      caughtBy: TEMPORARY,
      breaks: (transport) => cuttingNames(transport, (name) => name.replace(/\.[0-9a-f]{12}$/, '')),
    },
    {
      does: 'tells only that something is missing when it is asked to apply',
      caughtBy: BEFORE_START,
      breaks: (transport) => {
        let isStarting = false;
        return {
          receive: (...args) => {
            isStarting = true;
            return transport.receive(...args);
          },
          ...declaring(transport, (topology) => ({ apply: async (plan) => (isStarting ? topology.apply(plan) : undefined) })),
        };
      },
    },
    {
      does: 'prunes nothing',
      caughtBy: PRUNE,
      breaks: (transport) => declaring(transport, () => ({ prune: () => Promise.resolve({ removed: [], kept: [] }) })),
    },
  ]);
});
