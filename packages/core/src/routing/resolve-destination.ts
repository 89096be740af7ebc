import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { PlainStep } from '../pipeline/step.ts';
import type { RouteTable } from './route-table.ts';

/** Decides where the message goes: `to` at the call, a route, an endpoint of this bus, the contract, its name. */
export function resolveDestination(routes: RouteTable): PlainStep<OutgoingContext> {
  return {
    name: 'resolve-destination',
    description: 'Decides where the message goes.',
    apply: (context) => {
      if (!context.isAddressed) context.destination = routes.destinationOf(context.contract, context.options.to);
    },
  };
}
