import type { IMessageTransport } from '@waybill/core/transport';
import type { BrokerControl } from '@waybill/fault-kit';

import type { ChaosFault } from '../faults/chaos-fault.ts';

/** What a process needs to connect. */
export interface ConnectOptions {
  readonly url: string;
  readonly queue: string;
  /** Such as `producer-1.3`. */
  readonly name: string;
}

/** One transport: a file beside this one, and a line in `transports.ts`. */
export interface ChaosTransport {
  /** What `--queue` may be; the first is the default. */
  readonly queues: readonly string[];
  readonly connect: (options: ConnectOptions) => IMessageTransport;
  /** Starts a broker of our own, for us to break, where a run has these endpoints. */
  readonly startBroker: (endpoints: readonly string[]) => Promise<ChaosBroker>;
}

/** A broker of our own. */
export interface ChaosBroker extends AsyncDisposable {
  readonly control: BrokerControl;
  /** Such as `RabbitMQ 3.10.8`. */
  readonly title: string;
  /** For the user that all processes of the load connect as, and whose rights are taken away and given back. */
  readonly url: string;
  readonly user: string;
  /** What only this kind of broker can do to its clients. */
  readonly faults: readonly ChaosFault[];
  /** How many messages each queue holds, whether they wait or are being handled; dead letters are left out. */
  readonly messages: () => Promise<ReadonlyMap<string, number>>;
}
