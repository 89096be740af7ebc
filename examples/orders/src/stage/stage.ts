import type { BusObserver, EndpointTransportOptions } from '@waybill/core';
import type { IMessageTransport, Runtime } from '@waybill/core/transport';

import type { Database } from '../outside/database.ts';

/** What the story is played on. */
export interface Stage<TransportName extends string = string> extends AsyncDisposable {
  readonly transport: IMessageTransport<TransportName>;
  readonly runtime: Runtime;
  readonly database: Database;
  /** Goes in front of every name, where the server gave no space of its own. */
  readonly namespace?: string;
  /** What the endpoint of the payments asks of this transport beyond the others. */
  readonly payments?: EndpointTransportOptions<TransportName>;
  readonly observers: readonly BusObserver[];
  /** The time of the story. */
  now(): number;
  /** Lets so much of that time pass, from where it was let pass before. */
  pass(milliseconds: number): Promise<void>;
}

export interface StageOptions {
  /** The name of the transport. */
  readonly transport: string;
  /** Of the broker; what is not given is looked for. */
  readonly url?: string;
  /** The name of the store. */
  readonly store: string;
  /** Of the PostgreSQL; what is not given is looked for. */
  readonly database?: string;
}
