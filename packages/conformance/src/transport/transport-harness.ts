import type {
  EndpointTopology,
  IMessageTransport,
  IReceiver,
  ITransportDelivery,
  SendOutcome,
  TransportEntry,
} from '@waybill/core/transport';
import { guardTransport, systemRuntime } from '@waybill/core/transport';
import { expectThat } from '../runner.ts';

/** What an author supplies to run the suite against a transport. */
export interface TransportHarness {
  /** A new transport, not open. All transports of one harness reach the same broker. */
  create(): IMessageTransport;
}

/** How long a case waits for something that must happen, in milliseconds. */
const PATIENCE_MS = 2_000;

/** An open transport with one endpoint of its own, and what has arrived there. */
export class Bench {
  readonly transport: IMessageTransport;
  readonly endpoint: EndpointTopology;
  readonly arrived: ITransportDelivery[] = [];
  #onArrival: () => void = () => undefined;

  constructor(transport: IMessageTransport, endpoint: EndpointTopology) {
    this.transport = transport;
    this.endpoint = endpoint;
  }

  /** Opens the transport behind its guard and applies an endpoint with a name that nobody else uses. */
  static async open(harness: TransportHarness, options: { readonly ordered?: boolean; readonly name?: string } = {}): Promise<Bench> {
    const runtime = systemRuntime();
    const name = options.name ?? `conformance.${runtime.id()}`.slice(0, 60);
    const endpoint: EndpointTopology = {
      name,
      deadLetter: `${name}.dead-letter`,
      skipped: `${name}.skipped`,
      ordered: options.ordered ?? false,
      redeliveryDelaysMs: [],
      options: undefined,
    };
    const bench = new Bench(guardTransport(harness.create(), { publishTimeoutMs: PATIENCE_MS }), endpoint);
    await bench.transport.open({ runtime, onState: () => undefined });
    await bench.transport.topology.apply(bench.transport.topology.plan({ endpoints: [endpoint], topics: [], subscriptions: [] }));
    return bench;
  }

  /** Begins to receive; what arrives stands in `arrived`, unsettled. */
  async receive(prefetch: number): Promise<IReceiver> {
    const receiver = this.transport.receive(this.endpoint, { prefetch }, (delivery) => {
      this.arrived.push(delivery);
      this.#onArrival();
    });
    await receiver.start();
    return receiver;
  }

  async send(...texts: readonly string[]): Promise<readonly SendOutcome[]> {
    return this.transport.send(
      texts.map((text) => this.entry(text)),
      {},
    );
  }

  entry(text: string, partitionKey?: string): TransportEntry {
    return {
      destination: { kind: 'endpoint', name: this.endpoint.name },
      headers: new Map([['x-text', text]]),
      body: new TextEncoder().encode(text),
      partitionKey,
    };
  }

  /** Waits until that many deliveries have arrived; fails with what did. */
  async arrivals(count: number): Promise<readonly ITransportDelivery[]> {
    const until = systemRuntime();
    const deadline = until.monotonic() + PATIENCE_MS;
    while (this.arrived.length < count) {
      expectThat(until.monotonic() < deadline, `${count} deliveries were awaited; ${this.arrived.length} came: ${this.texts().join(', ')}`);
      await new Promise<void>((resolve) => {
        const timer = until.setTimer(PATIENCE_MS, resolve);
        this.#onArrival = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    return this.arrived;
  }

  texts(): readonly string[] {
    return this.arrived.map((delivery) => textOf(delivery));
  }
}

/** The text of a delivery's body. */
export const textOf = (delivery: ITransportDelivery): string => new TextDecoder().decode(delivery.message.body);
