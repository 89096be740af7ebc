import { overlay } from '@waybill/conformance';
import type { IMessageTransport, ITransportDelivery, TopologyPlan, TransportState } from '@waybill/core/transport';
import { ConnectionError } from '@waybill/core/transport';

/** What a broker with users and a network can refuse, and one in this process cannot. */
export type Refusal = 'down' | 'forbid' | 'block' | 'refuse-dead-letter';

/** Refuses in the place of the memory broker, for as long as it is told to, and counts. */
export class Refusals {
  readonly #struck = new Map<Refusal, number>();
  readonly #listeners = new Set<(state: TransportState) => void>();
  readonly #blocked: (() => void)[] = [];

  /** Begins to refuse; the returned function ends it and tells how often it has struck. */
  begin(refusal: Refusal): () => number {
    this.#struck.set(refusal, 0);
    if (refusal === 'block') this.#tell({ status: 'blocked', reason: 'the broker takes no messages' });
    return () => {
      if (refusal === 'block') this.#unblock();
      const struck = this.#struck.get(refusal) ?? 0;
      this.#struck.delete(refusal);
      return struck;
    };
  }

  /** The transport, as somebody sees it who may be refused. */
  around(transport: IMessageTransport): IMessageTransport {
    return overlay(transport, {
      open: async (options) => {
        if (this.#strikes('down')) throw new ConnectionError('TRANSPORT_OPEN_FAILED', 'The broker does not answer. Try again later.');
        this.#listeners.add(options.onState);
        await transport.open(options);
      },
      send: (entries, options) =>
        this.#strikes('block') ? this.#whenUnblocked().then(() => transport.send(entries, options)) : transport.send(entries, options),
      receive: (endpoint, options, onDelivery) =>
        transport.receive(endpoint, options, (delivery) => onDelivery(overlay(delivery, { deadLetter: this.#deadLetterOf(delivery) }))),
      topology: overlay(transport.topology, {
        apply: async (plan) => {
          if (this.#strikes('forbid')) throw forbidden(plan);
          await transport.topology.apply(plan);
        },
      }),
    });
  }

  #deadLetterOf(delivery: ITransportDelivery): ITransportDelivery['deadLetter'] {
    return (options) => {
      if (!this.#strikes('refuse-dead-letter')) return delivery.deadLetter(options);
      throw new ConnectionError('TRANSPORT_NOT_OPEN', 'The dead letters of the endpoint accept nothing. Make room, then settle again.');
    };
  }

  #whenUnblocked(): Promise<void> {
    return new Promise((resolve) => {
      this.#blocked.push(resolve);
    });
  }

  #unblock(): void {
    this.#tell({ status: 'connected' });
    for (const resume of this.#blocked.splice(0)) resume();
  }

  #tell(state: TransportState): void {
    for (const listener of this.#listeners) listener(state);
  }

  #strikes(refusal: Refusal): boolean {
    const struck = this.#struck.get(refusal);
    if (struck === undefined) return false;
    this.#struck.set(refusal, struck + 1);
    return true;
  }
}

function forbidden({ entities }: TopologyPlan): ConnectionError {
  const [first] = entities;
  return new ConnectionError(
    'TRANSPORT_OPEN_FAILED',
    `The right to declare the ${first?.kind} "${first?.name}" is missing. Grant it, or declare it beforehand and start with \`provisioning: 'validate'\`.`,
  );
}
