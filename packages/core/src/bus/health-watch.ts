import type { OutboxFault } from '../outbox/outbox-monitor.ts';
import type { ReceiveEndpoint } from '../receiving/receive-endpoint.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TransportState } from '../transport/message-transport.ts';
import type { BusState } from './bus.ts';
import type { BusHealth } from './health.ts';
import type { EndpointFacts, HealthFacts } from './health-checks.ts';
import { checkHealth, isReady } from './health-checks.ts';

/** Remembers how the bus and its connection are, and since when. */
export class HealthWatch {
  readonly #runtime: Pick<Runtime, 'now'>;
  #bus: HealthFacts['bus'];
  #connection: HealthFacts['connection'];

  constructor(runtime: Pick<Runtime, 'now'>) {
    this.#runtime = runtime;
    this.#bus = { state: 'idle', since: runtime.now() };
    this.#connection = { state: { status: 'closed' }, since: runtime.now() };
  }

  busIs(state: BusState): void {
    this.#bus = { state, since: this.#runtime.now() };
  }

  connectionIs(state: TransportState): void {
    if (state.status === this.#connection.state.status) this.#connection = { ...this.#connection, state };
    else this.#connection = { state, since: this.#runtime.now() };
  }

  /** The transport is open; one that has said nothing of its connection is connected. */
  opened(): void {
    if (this.#connection.state.status === 'closed') this.connectionIs({ status: 'connected' });
  }

  get isReady(): boolean {
    return isReady({ bus: this.#bus, connection: this.#connection });
  }

  /** True while messages can be sent. */
  get isConnected(): boolean {
    return this.#connection.state.status === 'connected';
  }

  check(endpoints: ReadonlyMap<string, ReceiveEndpoint | undefined>, outbox: readonly OutboxFault[] | undefined): BusHealth {
    return checkHealth({
      now: this.#runtime.now(),
      bus: this.#bus,
      connection: this.#connection,
      outbox,
      endpoints: Array.from(endpoints, ([name, running]) => factsOf(name, running)),
    });
  }
}

function factsOf(name: string, running: ReceiveEndpoint | undefined): EndpointFacts {
  return {
    name,
    isRunning: running !== undefined,
    pausedAt: running?.pausedAt,
    fault: running?.fault,
    blockedAt: running?.blockedAt,
    settleFailedAt: running?.settleFailedAt,
    failedInARow: running?.failures.inARow ?? 0,
    failingSince: running?.failures.since ?? 0,
  };
}
