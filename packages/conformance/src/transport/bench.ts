import type {
  DeadLetter,
  EndpointTopology,
  GuardedTransport,
  IReceiver,
  ITransportDelivery,
  SendOutcome,
  TransportEntry,
  TransportState,
} from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../runner.ts';
import type { CaseHarness } from './case-harness.ts';

/** Options of {@link Bench.open}. */
export interface BenchOptions {
  /** @default a name that nobody else uses */
  readonly name?: string;
  readonly ordered?: boolean;
  readonly redeliveryDelaysMs?: readonly number[];
  /** @default the harness' patience */
  readonly publishTimeoutMs?: number;
  /** An open transport to stand on. @default a new one */
  readonly on?: Bench;
  /** It is there already, perhaps as something else than an endpoint. @default false: it is declared */
  readonly isThere?: boolean;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An open transport with one endpoint of its own, and what has arrived there. */
export class Bench {
  readonly harness: CaseHarness;
  readonly transport: GuardedTransport;
  readonly endpoint: EndpointTopology;
  /** Everything that was handed over, in order, settled or not. */
  readonly arrived: ITransportDelivery[] = [];
  /** How the connection was, in order. */
  readonly states: TransportState[];

  private constructor(harness: CaseHarness, transport: GuardedTransport, endpoint: EndpointTopology, states: TransportState[]) {
    this.harness = harness;
    this.transport = transport;
    this.endpoint = endpoint;
    this.states = states;
  }

  /** Opens a transport behind its guard and applies an endpoint. The transport is closed after the case. */
  static async open(harness: CaseHarness, options: BenchOptions = {}): Promise<Bench> {
    const states = options.on?.states ?? [];
    const transport = options.on?.transport ?? harness.create(options.publishTimeoutMs);
    if (options.on === undefined) await transport.open(harness.openOptions(states));
    const bench = new Bench(harness, transport, endpointOf(options.name ?? harness.uniqueName(), options), states);
    if (options.isThere !== true) await bench.apply();
    return bench;
  }

  /** Another process at the same endpoint: a transport of its own. */
  async join(): Promise<Bench> {
    const { ordered, redeliveryDelaysMs, name } = this.endpoint;
    return Bench.open(this.harness, { name, ordered, redeliveryDelaysMs });
  }

  /** Declares the endpoint, and subscriptions of it to topics. */
  async apply(...topics: readonly string[]): Promise<void> {
    const { topology } = this.transport;
    const subscriptions = topics.map((topic) => ({ topic, endpoint: this.endpoint.name }));
    await topology.apply(topology.plan({ endpoints: [this.endpoint], topics: topics.map((name) => ({ name })), subscriptions }));
  }

  /** Declares topics without subscribers. */
  async declareTopics(...topics: readonly string[]): Promise<void> {
    const { topology } = this.transport;
    await topology.apply(topology.plan({ endpoints: [], topics: topics.map((name) => ({ name })), subscriptions: [] }));
  }

  /** Begins to receive. Without `onDelivery` what arrives stays unsettled; with it, it is told after `arrived` has grown. */
  async receive(prefetch: number, onDelivery: (delivery: ITransportDelivery) => void = () => undefined): Promise<IReceiver> {
    const receiver = this.receiver(prefetch, onDelivery);
    await receiver.start();
    return receiver;
  }

  /** A receiver that has not started. */
  receiver(prefetch: number, onDelivery: (delivery: ITransportDelivery) => void = () => undefined): IReceiver {
    return this.transport.receive(this.endpoint, { prefetch }, (delivery) => {
      this.arrived.push(delivery);
      onDelivery(delivery);
    });
  }

  /** Receives and acknowledges all that comes. */
  async consume(prefetch: number): Promise<IReceiver> {
    return this.receive(prefetch, (delivery) => void delivery.ack());
  }

  /** Sends texts to the endpoint in one call. */
  async send(...texts: readonly string[]): Promise<readonly SendOutcome[]> {
    return this.transport.send(
      texts.map((text) => this.entry(text)),
      {},
    );
  }

  /** Sends entries in one call; fails unless all are accepted. */
  async sendAccepted(...entries: readonly TransportEntry[]): Promise<readonly SendOutcome[]> {
    const outcomes = await this.transport.send(entries, {});
    expectThat(outcomes.length === entries.length, `${entries.length} entries had ${outcomes.length} outcomes`);
    for (const outcome of outcomes) expectThat(outcome.status === 'accepted', `an entry was not accepted: ${describeOutcome(outcome)}`);
    return outcomes;
  }

  /** An entry to the endpoint with the text as body and in `x-text`, and a message id of its own. */
  entry(text: string, overrides: Partial<TransportEntry> = {}): TransportEntry {
    return {
      destination: { kind: 'endpoint', name: this.endpoint.name },
      headers: new Map([
        [HEADERS.id, this.harness.runtime.id()],
        ['x-text', text],
      ]),
      body: encoder.encode(text),
      ...overrides,
    };
  }

  /** An entry to a topic. */
  event(topic: string, text: string, overrides: Partial<TransportEntry> = {}): TransportEntry {
    return this.entry(text, { destination: { kind: 'topic', name: topic }, ...overrides });
  }

  /** Waits until that many deliveries have arrived; fails with what did. */
  async arrivals(count: number): Promise<readonly ITransportDelivery[]> {
    await this.harness.until(
      `${count} deliveries`,
      () => this.arrived.length >= count,
      () => `${this.arrived.length} came: ${this.texts().slice(0, 20).join(', ')}`,
    );
    return this.arrived;
  }

  /** The delivery that arrives at that place, from 0. */
  async arrival(index: number): Promise<ITransportDelivery> {
    return (await this.arrivals(index + 1))[index] as ITransportDelivery;
  }

  /** Fails unless so many have arrived when all is quiet, and no more. */
  async arrivedExactly(count: number, when: string): Promise<void> {
    if (count > this.arrived.length) await this.arrivals(count);
    await this.harness.quiet();
    expectThat(
      this.arrived.length === count,
      `${this.arrived.length} deliveries instead of ${count} ${when}: ${this.texts().slice(0, 20).join(', ')}`,
    );
  }

  /** The bodies of what has arrived, as texts. */
  texts(): readonly string[] {
    return this.arrived.map((delivery) => textOf(delivery));
  }

  /** All dead letters of the endpoint, over all pages. */
  async deadLetters(limit = 100): Promise<readonly DeadLetter[]> {
    const letters: DeadLetter[] = [];
    let after: string | undefined;
    do {
      const page = await this.transport.deadLetters.list(this.endpoint.name, after === undefined ? { limit } : { after, limit });
      letters.push(...page.letters);
      after = page.cursor;
    } while (after !== undefined);
    return letters;
  }

  /** Closes the transport, time passing where it must. */
  async close(): Promise<void> {
    await this.harness.within(this.harness.patienceMs, 'close', this.transport.close());
  }

  /** Opens the transport again. */
  async reopen(): Promise<void> {
    await this.transport.open(this.harness.openOptions(this.states));
  }
}

/** The text of a body. */
export const textOf = ({ message }: { readonly message: { readonly body: Uint8Array } }): string => decoder.decode(message.body);

/** An outcome in a few words. */
export function describeOutcome(outcome: SendOutcome | undefined): string {
  return outcome?.status === 'rejected' ? `rejected as ${outcome.code}` : (outcome?.status ?? 'none');
}

/** What a promise, or a call, rejects or throws with; fails when it does not. */
export async function rejectionOf(what: string, work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error(`conformance: ${what} did not fail`);
}

/** An endpoint of that name, with its places beside it. */
export function endpointOf(name: string, { ordered = false, redeliveryDelaysMs = [] }: BenchOptions): EndpointTopology {
  return { name, deadLetter: `${name}.dead-letter`, skipped: `${name}.skipped`, ordered, redeliveryDelaysMs, options: undefined };
}
