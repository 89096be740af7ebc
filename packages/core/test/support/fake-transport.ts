import type {
  EndpointTopology,
  IMessageTransport,
  IReceiver,
  IReplyInbox,
  ITransportDelivery,
  OpenOptions,
  SendOutcome,
  SettleResult,
  TransportCapabilities,
  TransportEntry,
  TransportMessage,
} from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';

/** An adapter that does what a test tells it, and writes down what was called. */
export interface FakeTransport extends IMessageTransport {
  readonly calls: string[];
  /** What it was opened with last. */
  opened?: OpenOptions;
  /** Hands a delivery to whoever receives. */
  deliver: (delivery: ITransportDelivery) => void;
  /** Hands a message to whoever waits for replies. */
  reply: (message: TransportMessage) => void;
}

export const CAPABILITIES: TransportCapabilities = Object.freeze<TransportCapabilities>({
  durable: false,
  delay: { maxMs: 900_000, steps: 'any', hop: false, cancel: false },
  redeliver: 'copy',
  lanes: { kind: 'none', onWait: [] },
  fanOut: 'copy',
  attempts: { kind: 'count', countsReleases: false },
  lock: undefined,
  ackWithSends: false,
  enlists: false,
  dedupe: undefined,
  deadLetters: 'cursor',
  replies: 'queue',
  unroutable: true,
  priority: true,
  ttl: false,
  batch: { count: 10, bytes: 262_144 },
  maxMessageBytes: 1_000,
  maxHeaderBytes: 1_000,
  stopSlackMs: 1_000,
  redeliveryHorizonMs: Number.POSITIVE_INFINITY,
});

export const JOBS: EndpointTopology = {
  name: 'jobs',
  deadLetter: 'jobs.dead-letter',
  skipped: 'jobs.skipped',
  ordered: false,
  redeliveryDelaysMs: [],
  options: undefined,
};

export const accepted = (nativeId = 'native-1'): SendOutcome => ({ status: 'accepted', nativeId });

export const entryOf = (text: string): TransportEntry => ({
  destination: { kind: 'endpoint', name: 'jobs' },
  headers: new Map([[HEADERS.id, text]]),
  body: new TextEncoder().encode(text),
});

export const fakeReceiver = (changes: Partial<IReceiver> = {}): IReceiver => ({
  state: 'stopped',
  start: () => Promise.resolve(),
  pause: () => Promise.resolve(),
  resume: () => Promise.resolve(),
  setPrefetch: () => undefined,
  stop: () => Promise.resolve(),
  ...changes,
});

/** A delivery that writes down its verbs. */
export function fakeDelivery(changes: Partial<ITransportDelivery> = {}): ITransportDelivery & { readonly verbs: string[] } {
  const verbs: string[] = [];
  const verb = (name: string) => (): SettleResult => {
    verbs.push(name);
    return 'settled';
  };
  return {
    verbs,
    message: { headers: new Map(), body: new Uint8Array() },
    nativeId: 'native-1',
    attempt: 1,
    lane: undefined,
    lost: new AbortController().signal,
    isLost: false,
    ack: verb('ack'),
    release: verb('release'),
    redeliver: verb('redeliver'),
    deadLetter: verb('deadLetter'),
    ...changes,
  };
}

export function fakeTransport(changes: Partial<IMessageTransport> = {}, inbox: Partial<IReplyInbox> = {}): FakeTransport {
  const calls: string[] = [];
  const nobody = (): never => {
    throw new Error('nobody listens');
  };
  const fake: FakeTransport = {
    calls,
    name: 'fake',
    capabilities: CAPABILITIES,
    capabilitiesOf: () => fake.capabilities,
    deliver: nobody,
    reply: nobody,
    topology: {
      plan: ({ topics }) => ({ entities: topics.map(({ name }) => ({ kind: 'topic', name, settings: {} })) }),
      compare: () => Promise.resolve([]),
      apply: () => Promise.resolve(),
      prune: () => Promise.resolve({ removed: [], kept: [] }),
    },
    deadLetters: {
      count: () => Promise.resolve(0),
      list: () => Promise.resolve({ letters: [], cursor: undefined, complete: true }),
      take: () => Promise.resolve([]),
    },
    open: (options) => {
      calls.push('open');
      fake.opened = options;
      return changes.open?.(options) ?? Promise.resolve();
    },
    close: (options) => {
      calls.push('close');
      return changes.close?.(options) ?? Promise.resolve();
    },
    send: (entries, options) => {
      calls.push(`send ${entries.length}`);
      return changes.send === undefined ? entries.map(() => accepted()) : changes.send(entries, options);
    },
    cancel: () => Promise.resolve(true),
    isReplyAddress: (address) => address.startsWith('fake-reply:'),
    receive: (endpoint, options, onDelivery) => {
      calls.push(`receive ${endpoint.name}`);
      fake.deliver = onDelivery;
      return changes.receive?.(endpoint, options, onDelivery) ?? fakeReceiver();
    },
    replies: async (onReply) => {
      calls.push('replies');
      fake.reply = onReply;
      return {
        address: 'fake-reply:1',
        send: (entries) => entries.map(() => accepted()),
        close: async () => void calls.push('inbox closed'),
        ...inbox,
      };
    },
  };
  return Object.assign(fake, changes.topology === undefined ? {} : { topology: { ...fake.topology, ...changes.topology } });
}
