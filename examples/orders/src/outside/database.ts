import type { ConsumeContext } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';

import type { Orders } from './orders.ts';

/** The database of the shop: its orders, and the outbox and inbox of the bus beside them. */
export interface Database {
  readonly store: IStore;
  readonly orders: Orders;
}

/** What a handler hands on, so that what is written belongs to its transaction. */
export type InTransaction = Pick<ConsumeContext, 'transaction'>;
