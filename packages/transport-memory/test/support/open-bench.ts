import type { EndpointTopology, IReceiver, ITransportDelivery, SendOutcome, TransportEntry, TransportState } from '@waybill/core/transport';
import { guardTransport, HEADERS, systemRuntime } from '@waybill/core/transport';
import { memory, type MemoryBroker } from '../../src/index.ts';

/** An open memory transport behind its guard, with one endpoint, and what arrived there. */
export interface MemoryBench {
  readonly arrived: ITransportDelivery[];
  readonly states: TransportState[];
  readonly receiver: IReceiver;
  send(text: string, entry?: Partial<TransportEntry>): Promise<SendOutcome>;
  /** Lets everything happen that can happen without time passing. */
  settle(): Promise<void>;
  texts(): readonly string[];
  close(): Promise<void>;
}

export async function openBench(
  broker: MemoryBroker,
  options: { readonly ordered?: boolean; readonly name?: string } = {},
): Promise<MemoryBench> {
  const name = options.name ?? 'bench';
  const endpoint: EndpointTopology = {
    name,
    deadLetter: `${name}.dead-letter`,
    skipped: `${name}.skipped`,
    ordered: options.ordered ?? false,
    redeliveryDelaysMs: [],
    options: undefined,
  };
  const runtime = systemRuntime();
  const transport = guardTransport(memory({ broker }), { publishTimeoutMs: 20 });
  const arrived: ITransportDelivery[] = [];
  const states: TransportState[] = [];
  await transport.open({ runtime, onState: (state) => states.push(state) });
  await transport.topology.apply(transport.topology.plan({ endpoints: [endpoint], topics: [], subscriptions: [] }));
  const receiver = transport.receive(endpoint, { prefetch: 10 }, (delivery) => arrived.push(delivery));
  return {
    arrived,
    states,
    receiver,
    send: async (text, entry = {}) => {
      const [outcome] = await transport.send(
        [
          {
            destination: { kind: 'endpoint', name },
            headers: new Map([[HEADERS.id, text]]),
            body: new TextEncoder().encode(text),
            ...entry,
          },
        ],
        {},
      );
      return outcome as SendOutcome;
    },
    settle: async () => {
      for (let turn = 0; turn < 5; turn += 1) await runtime.yield();
    },
    texts: () => arrived.map(({ message }) => new TextDecoder().decode(message.body)),
    close: () => transport.close(),
  };
}
