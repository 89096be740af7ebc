import { createBus, defineCommand, defineEvent } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { overlay } from '../../../overlay.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Done = defineEvent<{ readonly n: number }>('conformance.done');

export const sendOnlyOpensNoReceiver: TransportCase = {
  name: 'a bus that only sends makes no receiver and no reply inbox, and declares no endpoint',
  number: 51,
  group: 'life',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const to = bench.endpoint.name;
    await bench.consume(5);
    const before = harness.leftovers();
    const made: string[] = [];
    const bus = createBus({
      name: 'conformance',
      provisioning: 'apply',
      transport: watched(harness.createBare(), made),
      runtime: harness.runtime,
    });
    harness.own(() => bus.stop());
    await bus.start();
    await bus.send(Work, { n: 1 }, { to });
    await bus.publish(Done, { n: 2 });
    await bench.arrivedExactly(1, 'of one command');
    expectThat(made.length === 0, `a bus that only sends made ${made.join(', ')}`);
    const receiving = harness.leftovers().filter((one) => one.includes('receiver') || one.includes('inbox'));
    const already = before.filter((one) => one.includes('receiver') || one.includes('inbox'));
    expectThat(receiving.length === already.length, `open at the broker: ${receiving.join(', ')}`);
    await bus.stop();
    await bench.close();
    return 'proven';
  },
};

/** Writes down what is made to receive. */
function watched(transport: IMessageTransport, made: string[]): IMessageTransport {
  return overlay(transport, {
    receive: (...parameters) => {
      made.push(`a receiver of ${parameters[0].name}`);
      return transport.receive(...parameters);
    },
    replies: (onReply) => {
      made.push('a reply inbox');
      return transport.replies(onReply);
    },
  });
}
