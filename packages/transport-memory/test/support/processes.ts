import { overlay } from '@waybill/conformance';
import type { IMessageTransport } from '@waybill/core/transport';

/** Each transport stands for a process: it can be gone without a word, with messages in its hands. */
export class Processes {
  readonly #receiving = new Map<string, IMessageTransport>();

  /** The transport, noted for the endpoints that it receives from. */
  around(transport: IMessageTransport): IMessageTransport {
    return overlay(transport, {
      receive: (endpoint, options, onDelivery) => {
        this.#receiving.set(endpoint.name, transport);
        return transport.receive(endpoint, options, onDelivery);
      },
    });
  }

  /** Ends the process that was the last to receive from the endpoint. How many that were. */
  kill(endpoint: string | undefined): number {
    const transport = this.#receiving.get(endpoint ?? '');
    if (transport === undefined) return 0;
    this.#receiving.delete(endpoint ?? '');
    void transport.close();
    return 1;
  }
}
