import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { RouteTable } from './route-table.ts';

/** Decides where the message goes: `to` at the call, a route, an endpoint of this bus, the contract, its name. */
export function resolveDestination(routes: RouteTable): Step<OutgoingContext> {
  return {
    name: 'resolve-destination',
    description: 'Decides where the message goes.',
    run: (context, next) => {
      if (!context.isAddressed) context.destination = routes.destinationOf(context.contract, context.options.to);
      return next(context);
    },
  };
}
