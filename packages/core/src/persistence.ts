// For authors of stores: the ports of the unit of work.
export type { FacetKey, IStore, Isolation, TransactOptions } from './unit-of-work/store.ts';
export type { IInboxStore, InboxClaim, InboxKey } from './inbox/inbox-store.ts';
export type { IOutboxStore, OutboxLease, OutboxRow } from './outbox/outbox-store.ts';
export { storeClock } from './persistence/store-clock.ts';
export type { StoreNow } from './persistence/store-clock.ts';
