import { Order } from './order.ts';

/** What every bus must do at least: object → JSON → bytes → JSON → object. */
export function jsonRoundTrip(count: number): Promise<void> {
  let sum = 0;
  for (let index = 0; index < count; index += 1) {
    const body = Buffer.from(JSON.stringify(new Order(index)));
    sum += (JSON.parse(body.toString()) as Order).total;
  }
  return done(sum);
}

/** What every bus must do at least to send: object → JSON → bytes. */
export function jsonWritten(count: number): Promise<void> {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += Buffer.from(JSON.stringify(new Order(index))).length;
  return done(sum);
}

/** What every bus must do at least to receive: bytes → JSON → object. */
export function jsonRead(count: number): Promise<void> {
  const body = Buffer.from(JSON.stringify(new Order(12_345)));
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += (JSON.parse(body.toString()) as Order).total;
  return done(sum);
}

function done(sum: number): Promise<void> {
  if (Number.isNaN(sum)) throw new Error('unreachable');
  return Promise.resolve();
}
