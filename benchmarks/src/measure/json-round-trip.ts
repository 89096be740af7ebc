import { Order } from './order.ts';

/** What every bus must do at least: object → JSON → bytes → JSON → object. */
export function jsonRoundTrip(count: number): Promise<void> {
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const body = Buffer.from(JSON.stringify(new Order(index)));
    sum += (JSON.parse(body.toString()) as Order).total;
  }
  if (Number.isNaN(sum)) throw new Error('unreachable');
  return Promise.resolve();
}
