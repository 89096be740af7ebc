import type { PlannedEntity } from '@waybill/core/transport';

/** What a broker holds, as its management API tells it. */
export interface BrokerListing {
  queues(): Promise<readonly ListedEntity[]>;
  exchanges(): Promise<readonly ListedEntity[]>;
  /** Without those of the default exchange. */
  bindings(): Promise<readonly ListedEntity[]>;
}

/** One entity that is there, in the words of a plan. */
export interface ListedEntity {
  readonly entity: PlannedEntity;
  /** The bus that it was made for. */
  readonly owner: string | undefined;
}
