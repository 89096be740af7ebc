import type { IMessageTransport } from '@waybill/core/transport';
import type { CaseTimes } from '../case-run.ts';
import type { CaseProcess } from './case-process.ts';
import type { FaultPort } from './fault-port.ts';
import type { OwnProcessEnd } from './own-process.ts';

/** What an author supplies to run the suite against a transport. */
export interface TransportHarness extends CaseTimes {
  /** A new transport, not open. All transports of one harness reach the same broker. */
  create(): IMessageTransport;
  /** How to break things. @default none: cases that need a fault are `not offered` */
  readonly faults?: FaultPort;
  /** Runs a script that calls `liveOnce` on such a transport in a process of its own; see `runAlone`. @default not offered */
  alone?(): Promise<OwnProcessEnd>;
  /**
   * Starts a script of yours, which calls `playPart` with `part`, in a process of its own; `onLine` hears what it tells. Its transports reach
   * the same broker, and it can be killed and frozen: cases that do so in this process otherwise then do it to that one. @default not offered
   */
  process?(part: string, onLine: (line: unknown) => void): CaseProcess;
  /** What is open at the broker at this moment: connections, consumers, reply inboxes, one string each. @default not asked */
  leftovers?(): readonly string[];
}
