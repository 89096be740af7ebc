import type { ITransportDelivery } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const COUNT = 100;

export const fanOut: TransportCase = {
  name: 'two subscriptions each get all events; two processes at one endpoint share its events',
  number: 15,
  group: 'sending',
  run: async (harness) => {
    const topic = `${harness.uniqueName()}.topic`;
    const billing = await Bench.open(harness);
    const shipping = await Bench.open(harness);
    const stranger = await Bench.open(harness);
    await billing.apply(topic);
    await shipping.apply(topic);
    const second = await shipping.join();
    for (const bench of [billing, stranger]) await bench.consume(1);
    const ackLater = (delivery: ITransportDelivery): void => void harness.runtime.yield().then(() => delivery.ack());
    for (const bench of [shipping, second]) await bench.receive(1, ackLater);
    await billing.sendAccepted(...Array.from({ length: COUNT }, (_, n) => billing.event(topic, `event ${n}`)));
    await billing.arrivedExactly(COUNT, `of ${COUNT} events at the first endpoint`);
    await harness.until('all events at the second endpoint', () => shipping.arrived.length + second.arrived.length >= COUNT);
    await harness.quiet();
    const shared = [...shipping.texts(), ...second.texts()];
    expectThat(shared.length === COUNT, `two processes at one endpoint got ${shared.length} of ${COUNT} events`);
    expectThat(new Set(shared).size === COUNT, 'two processes at one endpoint got an event both');
    expectThat(shipping.arrived.length > 0 && second.arrived.length > 0, 'one of two processes at one endpoint got nothing');
    expectThat(stranger.arrived.length === 0, 'an endpoint without a subscription got events');
    for (const bench of [billing, shipping, second, stranger]) await bench.close();
    return 'proven';
  },
};
