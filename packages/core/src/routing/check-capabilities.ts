import { MessageError } from '../errors/bus-error.ts';
import { isoTime } from '../messages/iso-time.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { PlainStep } from '../pipeline/step.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

const BY_OUTBOX = 'send it in a handler or in `bus.transaction` of a bus with a `store`';

/**
 * Refuses what the transport cannot do, before anything leaves. A delay that is longer than the broker can is made of
 * several, where it can be: the receiver delays the message again until it is due. What goes into the outbox can wait there.
 */
export function checkCapabilities(runtime: Runtime, transport: string, capabilities: TransportCapabilities): PlainStep<OutgoingContext> {
  const refuse = (what: string, wayOut: string): never => {
    throw new MessageError('CAPABILITY_NOT_SUPPORTED', `The transport "${transport}" cannot do ${what}. ${wayOut}`, {
      details: { transport, what },
    });
  };
  const { delay, priority } = capabilities;
  const assertDelay = (context: OutgoingContext, notBefore: number): void => {
    const hasNone = delay.maxMs === 0 || delay.steps === 'policy';
    const latest = runtime.now() + delay.maxMs;
    if (!hasNone && notBefore <= latest) return;
    if (context.outbox !== 'none' && (hasNone || !delay.hop)) {
      context.outbox = 'until-due';
      return;
    }
    if (hasNone) refuse('delayed sends', `Drop \`delay\`, ${BY_OUTBOX}, or choose a transport that can.`);
    if (!delay.hop) refuse(`a delay of more than ${delay.maxMs} ms`, `Shorten \`delay\`, ${BY_OUTBOX}, or choose a transport that can.`);
    context.headers.put(SLOTS.due, isoTime(notBefore));
    context.notBefore = latest;
  };
  return {
    name: 'check-capabilities',
    description: 'Refuses options that the transport cannot keep.',
    apply: (context) => {
      if (context.notBefore !== undefined) assertDelay(context, context.notBefore);
      if (context.priority !== undefined && !priority) refuse('priorities', 'Drop `priority`, or choose a transport that can.');
    },
  };
}
