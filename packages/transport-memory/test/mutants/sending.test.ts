import { describe } from 'vitest';
import type { IMessageTransport, SendOutcome, TransportEntry } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { declaring, handing, testMutants } from '../support/mutant.ts';

const ACCEPTED: SendOutcome = { status: 'accepted', nativeId: 'made-up' };

/** Sends what `keep` keeps and says that all of it was accepted. */
const pretending =
  (keep: (entry: TransportEntry, index: number, transport: IMessageTransport) => boolean) =>
  (transport: IMessageTransport): Partial<IMessageTransport> => ({
    send: async (entries, options) => {
      await transport.send(
        entries.filter((entry, index) => keep(entry, index, transport)),
        options,
      );
      return entries.map(() => ACCEPTED);
    },
  });

/** Sends each entry as `change` made it. */
const changing =
  (change: (entry: TransportEntry, transport: IMessageTransport) => Partial<TransportEntry>) =>
  (transport: IMessageTransport): Partial<IMessageTransport> => ({
    send: (entries, options) =>
      transport.send(
        entries.map((entry) => ({ ...entry, ...change(entry, transport) })),
        options,
      ),
  });

const headersWeigh = (entry: TransportEntry): number => Array.from(entry.headers).join('').length;

describe('the sending cases catch', () => {
  testMutants([
    {
      does: 'loses every hundredth message',
      caughtBy: 'delivers each of 1,000 acked messages, none lost, none twice, bytes and headers as they were',
      breaks: pretending((_, index) => index % 100 !== 99),
    },
    {
      does: 'sends bodies as text',
      caughtBy: 'bodies of 0, 1, 65,535 and the most bytes arrive as they were when they were sent',
      breaks: (transport) => handing(transport, ({ body }) => ({ body: new TextEncoder().encode(new TextDecoder().decode(body)) })),
    },
    {
      does: 'cuts bodies at 64 KiB',
      caughtBy: 'bodies of 0, 1, 65,535 and the most bytes arrive as they were when they were sent',
      breaks: (transport) => handing(transport, ({ body }) => ({ body: body.subarray(0, 65_536) })),
    },
    {
      does: 'leaves empty headers out',
      caughtBy: 'each header arrives as it was sent, or the send is rejected as HEADER_NOT_ALLOWED; a prototype is never touched',
      breaks: changing(({ headers }) => ({ headers: new Map(Array.from(headers).filter(([, value]) => value !== '')) })),
    },
    {
      does: 'writes headers as lines and reads them again',
      caughtBy: 'each header arrives as it was sent, or the send is rejected as HEADER_NOT_ALLOWED; a prototype is never touched',
      breaks: (transport) =>
        handing(transport, ({ headers }) => {
          const lines = Array.from(headers, ([name, value]) => `${name}: ${value}`).join('\r\n');
          return { headers: new Map(lines.split('\r\n').map((line) => line.split(/: ?(.*)/su).slice(0, 2) as [string, string])) };
        }),
    },
    {
      does: 'reads headers out of an object',
      caughtBy: 'a header map holds what was sent and nothing else, after a header named __proto__ too',
      breaks: (transport) =>
        handing(transport, ({ headers }) => {
          const object: Record<string, string> = Object.fromEntries(headers);
          const map = new Map(headers);
          return { headers: Object.assign(map, { get: (name: string) => object[name], has: (name: string) => name in object }) };
        }),
    },
    {
      does: 'sends everything twice',
      caughtBy: '50 producers of 20 messages and 10 receivers: every message comes once, none that nobody sent',
      breaks: (transport) => ({
        send: async (entries, options) => {
          await transport.send(entries, options);
          return transport.send(entries, options);
        },
      }),
    },
    {
      does: 'empties a body that is too large',
      caughtBy: 'a body of one byte more than the most is rejected as MESSAGE_TOO_LARGE, and sending goes on',
      breaks: changing(({ body }, { capabilities }) => (body.length > capabilities.maxMessageBytes ? { body: new Uint8Array() } : {})),
    },
    {
      does: 'drops headers that are too large',
      caughtBy: 'headers over the limit are rejected as HEADERS_TOO_LARGE; a failure with an error of 1 MiB is cut to fit, not lost',
      breaks: changing((entry, { capabilities }) => (headersWeigh(entry) > capabilities.maxHeaderBytes ? { headers: new Map() } : {})),
    },
    {
      does: 'accepts what goes nowhere',
      caughtBy: 'rejects a message to an endpoint that does not exist, and only that one',
      breaks: pretending(() => true),
    },
    {
      does: 'says accepted before the broker has',
      caughtBy: 'a send stays open while the broker has not confirmed it, and is accepted when it has',
      breaks: (transport) => ({
        send: (entries, options) => {
          void transport.send(entries, options);
          return entries.map(() => ACCEPTED);
        },
      }),
    },
    {
      does: 'takes no answer for a yes, under load',
      caughtBy:
        'of 1,500 sends that the broker does not answer 1,000 have left, none is open for longer than the publish timeout, and later ones are accepted',
      breaks: (transport) => ({
        send: (entries, options) => {
          void transport.send(entries, options);
          return entries.map(() => ACCEPTED);
        },
      }),
    },
    {
      does: 'takes no answer for a yes',
      caughtBy: 'a send without an answer ends as unknown at the publish timeout, not before, and harms no later send',
      breaks: (transport) => ({
        send: (entries, options) =>
          Promise.race([Promise.resolve(transport.send(entries, options)), Promise.resolve().then(() => entries.map(() => ACCEPTED))]),
      }),
    },
    {
      does: 'gives outcomes in another order',
      caughtBy: 'each entry of a batch has its outcome at its place; a bad one harms no other',
      breaks: (transport) => ({
        send: async (entries, options) => {
          const [first, second, ...others] = await transport.send(entries, options);
          return [second, first, ...others].filter((outcome) => outcome !== undefined);
        },
      }),
    },
    {
      does: 'never drops duplicates, though it says so',
      caughtBy: 'a message id can be sent twice; where the broker drops duplicates the second is dropped inside the window, not outside',
      like: 'sqs-fifo',
      breaks: changing(({ headers }) => ({ headers: new Map(Array.from(headers).filter(([name]) => name !== HEADERS.id)) })),
    },
    {
      does: 'drops deliberate copies',
      caughtBy: 'a message id can be sent twice; where the broker drops duplicates the second is dropped inside the window, not outside',
      like: 'sqs-fifo',
      breaks: changing(() => ({ copy: undefined })),
    },
    {
      does: 'subscribes one endpoint only',
      caughtBy: 'two subscriptions each get all events; two processes at one endpoint share its events',
      breaks: (() => {
        let isTaken = false;
        return (transport: IMessageTransport) =>
          declaring(transport, (topology) => ({
            apply: (plan) => {
              const entities = plan.entities.filter(({ kind }) => kind !== 'subscription' || !isTaken);
              isTaken ||= entities.some(({ kind }) => kind === 'subscription');
              return topology.apply({ entities });
            },
          }));
      })(),
    },
    {
      does: 'sends old events to a new subscription',
      caughtBy: 'an event from before a subscription is not delivered to it; from its declaration on it collects, with nobody receiving',
      breaks: (transport) => {
        const events: TransportEntry[] = [];
        return {
          send: (entries, options) => {
            events.push(...entries.filter(({ destination }) => destination.kind === 'topic'));
            return transport.send(entries, options);
          },
          ...declaring(transport, (topology) => ({
            apply: async (plan) => {
              await topology.apply(plan);
              if (plan.entities.some(({ kind }) => kind === 'subscription')) await transport.send(events.splice(0), {});
            },
          })),
        };
      },
    },
    {
      does: 'goes on with a key after one of it failed',
      caughtBy: 'after an entry failed, the later ones of its key are rejected as LANE_BLOCKED; other keys and other calls go on',
      breaks: (transport) => ({
        send: async (entries, options) => (await Promise.all(entries.map(async (entry) => transport.send([entry], options)))).flat(),
      }),
    },
    {
      does: 'sends one batch of several',
      caughtBy: 'one send of more entries than the broker takes at once has an outcome for each, and all arrive',
      like: 'sqs',
      breaks: pretending((_, index, { capabilities }) => index < capabilities.batch.count),
    },
    {
      does: 'hands the bytes of the sender over',
      caughtBy: 'what the sender or one subscriber changes after the send, no other subscriber sees',
      breaks: (transport) => {
        const bodies: Uint8Array[] = [];
        return {
          ...handing(transport, ({ body }) => ({ body: bodies[0] ?? body })),
          send: (entries, options) => {
            bodies.push(...entries.map(({ body }) => body));
            return transport.send(entries, options);
          },
        };
      },
    },
    {
      does: 'forgets the tenant',
      caughtBy: 'ids, tenant, time and own headers reach the handler as they were given to send',
      breaks: changing(({ headers }) => ({ headers: new Map(Array.from(headers).filter(([name]) => name !== HEADERS.tenant)) })),
    },
  ]);
});
