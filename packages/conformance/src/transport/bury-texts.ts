import { HEADERS } from '@waybill/core/transport';
import type { Bench } from './bench.ts';

/** Sends texts to the endpoint of the bench and dead-letters them one after another, in the order given. */
export async function buryTexts(bench: Bench, ...texts: readonly string[]): Promise<void> {
  const receiver = await bench.receive(1);
  for (const text of texts) {
    const before = bench.arrived.length;
    await bench.sendAccepted(bench.entry(text));
    const delivery = await bench.arrival(before);
    await delivery.deadLetter({
      headers: new Map([
        [HEADERS.reason, 'failed'],
        [HEADERS.origin, bench.endpoint.name],
      ]),
    });
  }
  await receiver.stop();
}
