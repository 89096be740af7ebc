import type { ConsumeContext } from '@waybill/core';
import { defineCommand, endpoint, handler } from '@waybill/core';
import { expectThat } from '../../../runner.ts';
import { startBus } from '../../start-bus.ts';
import type { TransportCase } from '../../transport-case.ts';

const Work = defineCommand<{ readonly n: number }>('conformance.work');

export const idsAndTimesSurvive: TransportCase = {
  name: 'ids, tenant, time and own headers reach the handler as they were given to send',
  group: 'sending',
  run: async (harness) => {
    const name = harness.uniqueName();
    const seen: ConsumeContext[] = [];
    const work = handler(Work, (_, context) => void seen.push(context));
    const bus = await startBus(harness, { endpoints: [endpoint(name, { handlers: [work] })] });
    const before = harness.runtime.now();
    const messageId = harness.runtime.id();
    await bus.send(Work, { n: 7 }, { messageId, correlationId: 'order-7', tenantId: 'acme', headers: { 'x-own': 'Grüße' } });
    await harness.until('the message', () => seen.length === 1);
    const [context] = seen;
    const sentAt = context?.sentAt?.getTime() ?? 0;
    expectThat(context?.messageId === messageId, `the message id came as ${context?.messageId}`);
    expectThat(context.correlationId === 'order-7', `the correlation id came as ${context.correlationId}`);
    expectThat(context.tenantId === 'acme', `the tenant came as ${context.tenantId}`);
    expectThat(context.conversationId !== undefined, 'the conversation id is missing');
    expectThat(context.headers.get('x-own') === 'Grüße', `the own header came as ${context.headers.get('x-own')}`);
    expectThat(Math.abs(sentAt - before) < 60_000, `the time of sending came as ${sentAt}, it was ${before}`);
    expectThat(context.attempt === 1, `the first attempt is counted as ${context.attempt}`);
    await bus.stop();
    return 'proven';
  },
};
