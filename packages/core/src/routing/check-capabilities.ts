import { MessageError } from '../errors/bus-error.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

/** Refuses what the transport cannot do, before anything leaves. */
export function checkCapabilities(transport: string, capabilities: TransportCapabilities): Step<OutgoingContext> {
  const refuse = (what: string): never => {
    throw new MessageError(
      'CAPABILITY_NOT_SUPPORTED',
      `The transport "${transport}" cannot do ${what}. Drop the option, or choose a transport that can.`,
      {
        details: { transport, what },
      },
    );
  };
  return {
    name: 'check-capabilities',
    description: 'Refuses options that the transport cannot keep.',
    run: (context, next) => {
      if (context.notBefore !== undefined && capabilities.delay.maxMs === 0) refuse('delayed delivery');
      if (context.priority !== undefined && !capabilities.priority) refuse('priorities');
      return next(context);
    },
  };
}
