import { Fault, handler, type BoundHandler } from '@waybill/core';

import { FindOrders, PaymentTaken, ReserveStock, StockReserved } from '../contracts.ts';
import type { Orders } from '../outside/orders.ts';
import type { Stock } from '../outside/stock.ts';

export const reserveStock = (stock: Stock): BoundHandler =>
  handler(ReserveStock, async ({ orderId, mugs }, context) => {
    const left = stock.reserve(orderId, mugs);
    await context.publish(StockReserved, { orderId, mugs, left });
  });

/** The reply is one of those that the contract names. */
export const findOrders = (orders: Orders): BoundHandler =>
  handler(FindOrders, async ({ customer }, context) => {
    const found = await orders.find(customer, context);
    return found.length === 0
      ? context.reply('none', { reason: customer === undefined ? 'nothing was ordered' : `${customer} has not ordered` })
      : context.reply('found', { orders: Array.from(found) });
  });

export const sendReceipt = (outbox: string[]): BoundHandler =>
  handler(PaymentTaken, ({ receipt }) => {
    outbox.push(receipt);
  });

/** Whatever is given up anywhere is told here. */
export const callSomebody = (pager: Fault[]): BoundHandler =>
  handler(Fault, (fault) => {
    pager.push(fault);
  });
