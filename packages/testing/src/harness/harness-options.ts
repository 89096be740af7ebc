import type { BusBaseOptions, Duration, Endpoint, HandlerList, Logger } from '@waybill/core';
import type { MemoryLikeness } from '@waybill/transport-memory';
import type { FaultRates } from '../faults/seeded-faults.ts';

/** Options of a harness beside those of its bus. */
export interface HarnessSettings {
  /** Takes on what that broker can do, and refuses the rest. @default all that can be done in memory */
  readonly like?: MemoryLikeness;
  /** The longest that a handler may wait for something real, such as a database, in real time. @default '1500ms' */
  readonly patience?: Duration;
  /** What the clock shows at first. @default 2026-01-01T00:00:00Z */
  readonly startsAt?: Date;
  /** The same seed gives the same ids and chances. @default that of the faults, else 1 */
  readonly seed?: number;
  /** Makes things go wrong by chance. @default nothing goes wrong */
  readonly faults?: FaultRates;
  /**
   * What becomes of a command for an endpoint that the harness has not: `accept` records it as sent to another service,
   * `refuse` is `UNROUTABLE`, as it is at a broker that never saw that service. @default 'accept'
   */
  readonly otherEndpoints?: 'accept' | 'refuse';
  /** Where log events go. @default silent */
  readonly logger?: Logger;
}

/**
 * Options of `createTestHarness`: those of `createBus`, `endpoints` or `handlers` included, and those of the harness. `transport` and
 * `runtime` are the harness' own; where the options of a service are spread into it, it replaces them. Other defaults than on a bus have `name` (`'test'`), `provisioning` (`'apply'`), `drainTimeout` (0), `logger` and, with a `store`, `relay`: every commit wakes it, and without one it
 * looks once an hour.
 */
export type TestHarnessOptions = Omit<BusBaseOptions, 'transport' | 'runtime' | 'logger'> &
  HarnessSettings &
  (
    | { readonly endpoints: readonly Endpoint[]; readonly handlers?: never }
    | { readonly handlers: HandlerList; readonly endpoints?: never }
    | { readonly endpoints?: never; readonly handlers?: never }
  );
