import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Next = defineCommand<{ readonly n: number }>('conformance.next');

export const ackWithSendsIsOneStep: TransportCase = {
  name: 'an ack with sends is one step, or none; where it cannot be one, core sends first and acks after that was accepted',
  group: 'settling',
  needsKill: ['reject-send'],
  run: async (harness) => {
    if (harness.capabilities.ackWithSends) await allOrNone(harness);
    else await sendsFirst(harness);
    return harness.capabilities.ackWithSends ? 'proven' : 'emulated';
  },
};

async function allOrNone(harness: CaseHarness): Promise<void> {
  const bench = await Bench.open(harness);
  const target = await Bench.open(harness, { on: bench });
  await target.consume(5);
  await bench.send('one');
  await bench.receive(1);
  const delivery = await bench.arrival(0);
  const nowhere = target.entry('lost', { destination: { kind: 'endpoint', name: harness.uniqueName() } });
  await rejectionOf('an ack whose send goes nowhere', () => delivery.ack({ sends: [target.entry('good'), nowhere] }));
  await target.arrivedExactly(0, 'after an ack with sends that failed');
  await delivery.ack({ sends: [target.entry('good'), target.entry('good too')] });
  await target.arrivedExactly(2, 'after an ack with two sends');
  await bench.close();
  await bench.reopen();
  await bench.receive(1);
  await bench.arrivedExactly(1, 'after an ack with sends');
  await bench.close();
}

async function sendsFirst(harness: CaseHarness): Promise<void> {
  const bench = await Bench.open(harness);
  await bench.consume(5);
  let handled = 0;
  const work = handler(Work, async ({ n }, context) => {
    handled += 1;
    await context.send(Next, { n }, { to: bench.endpoint.name });
  });
  const name = harness.uniqueName();
  const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work], recovery: { redeliver: ['1s'] } })] });
  await bus.send(Work, { n: 1 });
  await harness.until('one handled', () => handled === 1 && bench.arrived.length === 1);
  const other = await Bench.open(harness, { on: bench, name });
  await bus.endpoint(name).pause();
  await bus.send(Work, { n: 2 });
  await harness.inject('reject-send');
  await bus.endpoint(name).resume();
  await harness.until('the second, tried twice', () => handled === 3 && bench.arrived.length === 2);
  await bench.arrivedExactly(2, 'of one message each from two handlers, one of which was refused at first');
  await bus.stop();
  await other.receive(5);
  await other.arrivedExactly(0, 'after both were handled');
  expectThat(handled === 3, `the handlers ran ${handled} times`);
  await bench.close();
}
