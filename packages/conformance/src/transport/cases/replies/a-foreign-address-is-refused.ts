import { defineQuery, endpoint, handler, typed } from '@waybill/core';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Ask = defineQuery('conformance.ask', { schema: typed<{ readonly n: number }>(), reply: typed<{ readonly n: number }>() });

export const aForeignAddressIsRefused: TransportCase = {
  name: 'a reply address that is none of the transport is refused by its form: nobody makes a service write to a place of their choice',
  group: 'replies',
  logs: [LOG_EVENTS.replyRefused],
  run: async (harness) => {
    const victim = await Bench.open(harness);
    const inbox = await victim.transport.replies(() => undefined);
    const { address } = inbox;
    expectThat(victim.transport.isReplyAddress(address), `its own address "${address}" is refused`);
    const { name, deadLetter } = victim.endpoint;
    const foreign = ['', ' ', name, deadLetter, `${address}\n`, ` ${address}`, `../${address}`, 'https://example.com/', 'x'.repeat(5_000)];
    const taken = foreign.filter((one) => victim.transport.isReplyAddress(one));
    expectThat(taken.length === 0, `taken for reply addresses: ${JSON.stringify(taken)}`);
    let handled = 0;
    const ask = handler(Ask, ({ n }) => {
      handled += 1;
      return { n };
    });
    const asked = harness.uniqueName();
    const bus = await startBus(harness, { endpoints: [endpoint(asked, { handlers: [ask] })] });
    await victim.sendAccepted({
      destination: { kind: 'endpoint', name: asked },
      headers: new Map([
        [HEADERS.id, harness.runtime.id()],
        [HEADERS.name, 'conformance.ask'],
        [HEADERS.contentType, 'application/json'],
        [HEADERS.request, 'r1'],
        [HEADERS.replyTo, name],
      ]),
      body: new TextEncoder().encode('{"n":1}'),
    });
    await harness.until('the request', () => handled === 1);
    await victim.consume(5);
    await victim.arrivedExactly(0, 'at an endpoint that was given as reply address');
    expectThat(bus.replies.unsent === 1, `${bus.replies.unsent} replies were counted as unsent`);
    await bus.stop();
    await inbox.close();
    await victim.close();
    return 'proven';
  },
};
