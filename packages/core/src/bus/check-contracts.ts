import type { Contract, ContractKind } from '../messages/contract.ts';
import type { Route } from '../routing/route-table.ts';
import type { BoundEndpoint } from './endpoint.ts';

interface Use {
  readonly contract: Contract;
  readonly place: string;
}

/** What stands against the contracts of one bus taken together: on the wire there is only the name. */
export function contractProblems(routes: readonly Route[], publishes: readonly Contract[], endpoints: readonly BoundEndpoint[]): string[] {
  const uses: Use[] = [
    ...endpoints.flatMap(({ name, handlers }) => handlers.map(({ contract }) => ({ contract, place: `the endpoint "${name}"` }))),
    ...publishes.map((contract) => ({ contract, place: '`publishes`' })),
    ...routes.map(({ contract }) => ({ contract, place: '`routes`' })),
  ];
  return [...mixedNames(uses), ...misplaced(publishes, routes)];
}

function mixedNames(uses: readonly Use[]): string[] {
  const first = new Map<string, { readonly kind: ContractKind; readonly place: string }>();
  const problems = new Set<string>();
  for (const { contract, place } of uses) {
    const before = first.get(contract.name);
    if (before === undefined) first.set(contract.name, { kind: contract.kind, place });
    else if (before.kind !== contract.kind)
      problems.add(
        `"${contract.name}" is of the kind ${before.kind} at ${before.place}, and of the kind ${contract.kind} at ${place}. Rename one: on the wire there is only the name.`,
      );
  }
  return Array.from(problems);
}

function misplaced(publishes: readonly Contract[], routes: readonly { readonly contract: Contract }[]): string[] {
  return [
    ...publishes
      .filter(({ kind }) => kind !== 'event')
      .map(({ kind, name }) => `\`publishes\` holds the ${kind} "${name}". List events only.`),
    ...routes
      .filter(({ contract }) => contract.kind === 'event')
      .map(({ contract }) => `\`routes\` hold the event "${contract.name}". An event goes to its topic; drop the route.`),
  ];
}
