import type { TransportMessage } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aReplyComesToItsProcess: TransportCase = {
  name: 'a request leaves by the inbox, and a reply to its address comes to that process alone, once, bytes and headers as they were',
  group: 'replies',
  run: async (harness) => {
    const asker = await Bench.open(harness);
    const other = await asker.join();
    const [mine, others]: [TransportMessage[], TransportMessage[]] = [[], []];
    const inbox = await asker.transport.replies((reply) => void mine.push(reply));
    const otherInbox = await other.transport.replies((reply) => void others.push(reply));
    expectThat(inbox.address !== otherInbox.address, `two processes have the address "${inbox.address}"`);
    const responder = await Bench.open(harness);
    const [asked] = await inbox.send([responder.entry('question')], {});
    expectThat(asked?.status === 'accepted', `the request was ${asked?.status}`);
    await responder.consume(1);
    await responder.arrivals(1);
    const destination = { kind: 'reply', address: inbox.address } as const;
    await responder.sendAccepted(responder.entry('answer', { destination }));
    await harness.until('the reply', () => mine.length > 0);
    await harness.quiet();
    const [reply] = mine;
    expectThat(reply !== undefined && mine.length === 1, `the reply came ${mine.length} times`);
    expectThat(textOf({ message: reply }) === 'answer' && reply.headers.get('x-text') === 'answer', 'the reply came changed');
    expectThat(others.length === 0, 'the reply came to another process too');
    await inbox.close();
    await otherInbox.close();
    for (const bench of [asker, other, responder]) await bench.close();
    return 'proven';
  },
};
