import type { BrokerState } from './broker/broker-state.ts';
import type { ArmedFault } from './broker/fault-state.ts';

/**
 * What can go wrong at a memory broker, on purpose. The first group strikes the next `count` calls; how often each has
 * struck stands in `struck`. The others strike at once and return how many messages or connections they hit.
 */
export interface MemoryFaults {
  /** The next sends are stored, but never answered: they end as `unknown` at the publish timeout, or when the transport closes. */
  dropConfirms(count: number): void;
  /** Sends are stored, but answered only after the returned function was called. Each counts as one `holdConfirm`. */
  holdConfirms(): () => void;
  /** The next entries are refused as `SEND_REJECTED`, `retryable`. */
  rejectSends(count: number): void;
  /** The next messages are stored twice. */
  duplicate(count: number): void;
  /** The next transports that open are refused. */
  failOpens(count: number): void;
  /** The next settlements reject; nothing takes effect. */
  failSettlements(count: number): void;
  /** Takes back what was asked of the first group and has not struck. */
  calm(): void;
  /** How often a fault of the first group has struck. */
  struck(fault: ArmedFault): number;

  /** Shuffles what waits at the endpoint outside of lanes. */
  reorder(endpoint: string): number;
  /** Unsettled deliveries become `lost` and are available again, where deliveries have a lock; elsewhere nothing. */
  expireLocks(endpoint?: string): number;
  /** Readers of a log lose their partitions and read again from the position; elsewhere nothing. */
  losePartitions(endpoint?: string): number;
  /** Every transport loses its connection, has it again at once, and goes on. Unsettled deliveries are lost and come again. */
  cutConnections(): number;
  /** The broker restarts: as {@link cutConnections}; what is not durable is gone. */
  crash(): number;
}

export function memoryFaults(state: BrokerState, random: () => number): MemoryFaults {
  const { faults, nature } = state;
  const cutAll = (): number => sum(Array.from(state.connections, (connection) => connection.cut('the connection was cut')));
  const lose = (endpoint: string | undefined, reason: string): number =>
    sum(Array.from(state.connections, (connection) => connection.loseDeliveries(endpoint, reason)));
  return Object.freeze({
    dropConfirms: (count: number) => faults.arm('dropConfirm', count),
    holdConfirms: () => faults.hold(),
    rejectSends: (count: number) => faults.arm('rejectSend', count),
    duplicate: (count: number) => faults.arm('duplicate', count),
    failOpens: (count: number) => faults.arm('failOpen', count),
    failSettlements: (count: number) => faults.arm('failSettlement', count),
    calm: () => faults.calm(),
    struck: (fault: ArmedFault) => faults.struck(fault),
    reorder: (endpoint: string) => state.places.get(endpoint)?.shuffle(random) ?? 0,
    expireLocks: (endpoint?: string) => (nature.capabilities.lock === undefined ? 0 : lose(endpoint, 'the lock expired')),
    losePartitions: (endpoint?: string) => (nature.form === 'log' ? lose(endpoint, 'the partition was revoked') : 0),
    cutConnections: cutAll,
    crash: () => {
      const cut = cutAll();
      if (!nature.capabilities.durable) for (const place of state.places.values()) place.forget();
      return cut;
    },
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
