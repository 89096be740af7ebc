import type { FaultLog } from './fault-log.ts';

/** A server of one's own, whose process is in our hands. Whatever is done to it is written down in `faults`. */
export interface ServerControl {
  readonly faults: FaultLog;
  readonly isRunning: boolean;
  /** Starts it again, on the same data and at the same address. Resolves when it answers; does nothing where it runs. */
  start(): Promise<void>;
  /** Stops it as an operator would. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Lets it answer no longer, though its sockets stay open, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** What somebody may do at a broker: make queues and topics, send, receive. */
export type Right = 'declare' | 'send' | 'receive';

/** A broker of one's own. */
export interface BrokerControl extends ServerControl {
  /** Lets it believe that it is short of memory or of disk: it takes no messages, until the alarm is off. @default memory */
  setAlarm(isOn: boolean, resource?: 'memory' | 'disk'): Promise<void>;
  /** Closes all connections with a reason, which is told to the clients. Tells how many there were. */
  closeConnections(reason: string): Promise<number>;
  /** Adds a user who may do nothing yet. */
  addUser(user: string, password: string): Promise<void>;
  setPassword(user: string, password: string): Promise<void>;
  /** From now on the user may do just that. */
  setRights(user: string, rights: readonly Right[]): Promise<void>;
  /** Writes all it knows to disk, for tests that kill it afterwards and ask for more than it promises. */
  flush(): Promise<void>;
}
