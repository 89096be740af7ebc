import type { Bus } from '@waybill/core';

import type { BusParts, Child } from '../children/child.ts';

/** Messages of a process that are sent one after another; several of these run at once. */
export interface Sender {
  /** Sends the next one, and tells all about it. */
  readonly next: () => Promise<void>;
}

/** What the processes of a run do. */
export interface Load {
  /** The endpoints of every consumer, and how many of their handlers run at once. */
  readonly concurrency: Readonly<Record<string, number>>;
  /** How long a send may take, with all that it waits for. @default that of the bus */
  readonly sendMs?: number;
  readonly producer: (child: Child) => BusParts;
  readonly consumer: (child: Child) => BusParts;
  /** What else is to be known when all is over. */
  readonly audit?: (child: Child) => Promise<void>;
  readonly senders: (bus: Bus, child: Child) => readonly Sender[];
}
