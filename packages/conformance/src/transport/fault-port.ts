/** What can be made to go wrong around a transport. */
export type FaultKind =
  /** The next sends are stored and never answered. */
  | 'drop-confirm'
  /** Sends are stored, and answered only after the fault has ended. */
  | 'hold-confirm'
  /** The next entries are refused, retryable. */
  | 'reject-send'
  /** The next messages are stored twice. */
  | 'duplicate'
  /** The next opens fail. */
  | 'fail-open'
  /** The next settlements fail and take no effect. */
  | 'fail-settlement'
  /** What waits at the endpoint outside of lanes is shuffled. */
  | 'reorder'
  /** The locks of unsettled deliveries expire. */
  | 'expire-lock'
  /** Readers of a log lose their partitions. */
  | 'lose-partition'
  /** Every connection is reset, and can be made again at once. */
  | 'cut'
  /** Connections are silent in both directions, without being closed, until the fault has ended. */
  | 'half-open'
  /** The broker is killed and started again. */
  | 'restart'
  /** The broker cannot be reached until the fault has ended. */
  | 'down'
  /** The broker takes no messages (alarm, throttling) until the fault has ended. */
  | 'block'
  /** The broker ends the consumers of the endpoint; the connection stays. */
  | 'cancel-consumer'
  /** The process of a consumer is killed while its handler runs; offered also by `TransportHarness.process`. */
  | 'kill-consumer'
  /** The credentials are refused until the fault has ended. */
  | 'revoke-credentials'
  /** The right to declare or to read is missing until the fault has ended. */
  | 'forbid'
  /** The dead letters of the endpoint accept nothing until the fault has ended. */
  | 'refuse-dead-letter'
  /** Every connection is reset after so many more bytes, of all together and in both directions. */
  | 'reset-at-offset'
  /** A bus can be run in a process of its own; offered by `TransportHarness.alone`, not by the port. */
  | 'own-process';

/** Options of {@link FaultPort.inject}. */
export interface FaultOptions {
  /** How often, for the faults of the next calls. @default 1 */
  readonly count?: number;
  /** After how many bytes, for `reset-at-offset`. */
  readonly bytes?: number;
  /** Where, for the faults of one endpoint. @default everywhere */
  readonly endpoint?: string;
}

/** A fault that was asked for. */
export interface InjectedFault {
  /** Ends a fault that lasts; otherwise does nothing. A second call is a no-op. */
  end(): Promise<void>;
}

/**
 * How the suite breaks things around one transport. A fault that cannot be made is not in `kinds`; a fault that was asked
 * for and did not happen fails the case.
 */
export interface FaultPort {
  readonly kinds: ReadonlySet<FaultKind>;
  /** Asks for a fault: at once, or at the next calls that it can strike. */
  inject(kind: FaultKind, options?: FaultOptions): Promise<InjectedFault>;
  /** Takes back whatever was asked for and has not happened, so that no later case meets it. */
  calm?(): void;
  /** How often it has happened so far. A fault that strikes at once has happened when it hit at least one message or connection. */
  happened(kind: FaultKind): number;
}
