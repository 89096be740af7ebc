// For authors of stores: the ports of the unit of work.
export { ConfigurationError, StoreError } from './errors/bus-error.ts';
export type { FacetKey, IStore, Isolation, StoreOpenOptions, StoreProvisioning, TransactOptions } from './unit-of-work/store.ts';
export type { IInboxStore, InboxClaim, InboxKey } from './inbox/inbox-store.ts';
export type {
  HeldOptions,
  HeldRow,
  IOutboxStore,
  LeaseOptions,
  OutboxEntry,
  OutboxLease,
  OutboxRow,
  OutboxStatus,
  RelayIdentity,
  SendFailure,
} from './outbox/outbox-store.ts';
export { storeClock } from './persistence/store-clock.ts';
export type { StoreNow } from './persistence/store-clock.ts';
export { ambientOf } from './runtime/ambient.ts';
export type { Ambient } from './runtime/ambient.ts';
export { unlessAborted } from './runtime/unless-aborted.ts';
