/** The attributes of spans and measurements. Approved text: `docs/reference/telemetry.md` is compared with it by a test. */
export const TELEMETRY_ATTRIBUTES = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  temporary: 'messaging.destination.temporary',
  messageId: 'messaging.message.id',
  conversationId: 'messaging.message.conversation_id',
  bodySize: 'messaging.message.body.size',
  errorType: 'error.type',
  bus: 'waybill.bus',
  contract: 'waybill.message.name',
  correlationId: 'waybill.correlation_id',
  attempt: 'waybill.attempt',
  outcome: 'waybill.outcome',
} as const;
Object.freeze(TELEMETRY_ATTRIBUTES);

/** The spans: the operation, then the destination or the endpoint. */
export const SPAN_OPERATIONS = { send: 'send', process: 'process' } as const;
Object.freeze(SPAN_OPERATIONS);

/** Channels of `node:diagnostics_channel`, each a TracingChannel. */
export const DIAGNOSTICS_CHANNELS = { send: 'waybill.send', process: 'waybill.process' } as const;
Object.freeze(DIAGNOSTICS_CHANNELS);

/** Stands for destinations that live as long as a process: reply addresses. */
export const TEMPORARY_DESTINATION = '(temporary)';

/** Stands for contracts that are not known, so that no name from the wire becomes an attribute of a measurement. */
export const UNKNOWN_CONTRACT = '(unknown)';

/** What is said of one metric. */
export interface MetricEntry {
  readonly name: string;
  readonly kind: 'counter' | 'up-down counter' | 'histogram';
  readonly unit: string;
  readonly description: string;
}

/** Key of {@link METRICS}. */
export type MetricKey =
  | 'sent'
  | 'sendDuration'
  | 'consumed'
  | 'processDuration'
  | 'retries'
  | 'redeliveries'
  | 'releases'
  | 'deadLetters'
  | 'inFlight'
  | 'latency'
  | 'settleLost'
  | 'outboxSent'
  | 'outboxWaiting'
  | 'outboxDelayed'
  | 'outboxHeld'
  | 'outboxOldest';

/** All metrics. Approved text, as the attributes. */
export const METRICS: Readonly<Record<MetricKey, MetricEntry>> = {
  sent: {
    name: 'messaging.client.sent.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages that were handed to the broker; with error.type those that it did not accept.',
  },
  sendDuration: {
    name: 'messaging.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From handing messages to the broker to its answer; once per message. Not measured for messages that leave with the ack.',
  },
  consumed: {
    name: 'messaging.client.consumed.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Deliveries that were settled; waybill.outcome says how.',
  },
  processDuration: {
    name: 'messaging.process.duration',
    kind: 'histogram',
    unit: 's',
    description:
      'From the beginning of an attempt to its end, what the handlers sent and the ack included; with error.type those that failed.',
  },
  retries: {
    name: 'waybill.retries',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts that failed and were tried again in process.',
  },
  redeliveries: {
    name: 'waybill.redeliveries',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages that failed and come again later.',
  },
  releases: {
    name: 'waybill.releases',
    kind: 'counter',
    unit: '{message}',
    description:
      'Failed attempts whose message went back to the broker untried, because the bus stops, the delivery was lost or could not be settled.',
  },
  deadLetters: { name: 'waybill.dead_letters', kind: 'counter', unit: '{message}', description: 'Messages that were dead-lettered.' },
  inFlight: { name: 'waybill.in_flight', kind: 'up-down counter', unit: '{attempt}', description: 'Attempts that run at this moment.' },
  latency: {
    name: 'waybill.delivery.latency',
    kind: 'histogram',
    unit: 's',
    description: "From the time that the sender wrote to the beginning of the first attempt, by two machines' clocks; never below 0.",
  },
  settleLost: {
    name: 'waybill.settle_lost',
    kind: 'counter',
    unit: '{message}',
    description: 'Settlements that came after the right to settle was lost; the message comes again.',
  },
  outboxSent: {
    name: 'waybill.outbox.sent',
    kind: 'counter',
    unit: '{message}',
    description: 'Messages that the relay of this process has sent from the outbox.',
  },
  outboxWaiting: {
    name: 'waybill.outbox.waiting',
    kind: 'up-down counter',
    unit: '{message}',
    description: 'Messages in the outbox of the service that are due and not sent; read at most every 30 s, by each process that relays.',
  },
  outboxDelayed: {
    name: 'waybill.outbox.delayed',
    kind: 'up-down counter',
    unit: '{message}',
    description: 'The same: messages that wait for their time.',
  },
  outboxHeld: {
    name: 'waybill.outbox.held',
    kind: 'up-down counter',
    unit: '{message}',
    description: 'The same: messages that could not be sent and wait for somebody to decide.',
  },
  outboxOldest: {
    name: 'waybill.outbox.oldest',
    kind: 'up-down counter',
    unit: 's',
    description: 'The same: for how long the oldest message has been due.',
  },
};
Object.freeze(METRICS);
