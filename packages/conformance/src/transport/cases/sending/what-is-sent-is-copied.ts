import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const whatIsSentIsCopied: TransportCase = {
  name: 'what the sender or one subscriber changes after the send, no other subscriber sees',
  group: 'sending',
  run: async (harness) => {
    const topic = `${harness.uniqueName()}.topic`;
    const first = await Bench.open(harness);
    const second = await Bench.open(harness);
    for (const bench of [first, second]) await bench.apply(topic);
    const entry = first.event(topic, 'sound');
    await first.sendAccepted(entry);
    entry.body.fill(0);
    (entry.headers as Map<string, string>).set('x-text', 'changed');
    await first.receive(1);
    const { message } = await first.arrival(0);
    expectThat(textOf({ message }) === 'sound' && message.headers.get('x-text') === 'sound', 'a change of the sender was delivered');
    message.body.fill(0);
    (message.headers as Map<string, string>).set('x-text', 'changed');
    await second.receive(1);
    const other = await second.arrival(0);
    expectThat(
      textOf(other) === 'sound' && other.message.headers.get('x-text') === 'sound',
      'a change of one subscriber was seen by another',
    );
    for (const bench of [first, second]) await bench.close();
    return 'proven';
  },
};
