import type { Contract, ContractKind } from '../messages/contract.ts';
import type { Route } from '../routing/route-table.ts';
import { conventionalEndpoint } from '../routing/route-table.ts';
import type { BoundEndpoint } from './endpoint.ts';

interface Use {
  readonly contract: Contract;
  readonly place: string;
}

/** The contracts that one bus was given, by where they stand. */
export interface ContractUses {
  readonly routes: readonly Route[];
  readonly publishes: readonly Contract[];
  readonly sends: readonly Contract[];
  readonly endpoints: readonly BoundEndpoint[];
}

/** What stands against the contracts of one bus taken together: on the wire there is only the name. */
export function contractProblems({ routes, publishes, sends, endpoints }: ContractUses): string[] {
  const uses: Use[] = [
    ...endpoints.flatMap(({ name, handlers }) => handlers.map(({ contract }) => ({ contract, place: `the endpoint "${name}"` }))),
    ...publishes.map((contract) => ({ contract, place: '`publishes`' })),
    ...sends.map((contract) => ({ contract, place: '`sends`' })),
    ...routes.map(({ contract }) => ({ contract, place: '`routes`' })),
  ];
  return [...mixedNames(uses), ...misplaced(publishes, sends, routes)];
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

/** What the bus says it sends, and what would come to an endpoint of its own that has no handler for it. */
export function unhandledProblems({ routes, sends, endpoints }: ContractUses): string[] {
  const routed = new Map(routes.map(({ contract, endpoint }) => [contract.name, endpoint]));
  const handled = new Set(endpoints.flatMap(({ handlers }) => handlers.map(({ contract }) => contract.name)));
  return sends.flatMap((contract) => {
    if (contract.kind === 'event' || routed.has(contract.name) || handled.has(contract.name)) return [];
    const endpoint = conventionalEndpoint(contract);
    if (!endpoints.some(({ name }) => name === endpoint)) return [];
    return [
      `The ${contract.kind} "${contract.name}" in \`sends\` goes to the endpoint "${endpoint}" of this bus, which has no handler for it. List one there, or route it elsewhere: \`routes: [route(X, 'endpoint')]\`.`,
    ];
  });
}

function misplaced(
  publishes: readonly Contract[],
  sends: readonly Contract[],
  routes: readonly { readonly contract: Contract }[],
): string[] {
  return [
    ...publishes
      .filter(({ kind }) => kind !== 'event')
      .map(({ kind, name }) => `\`publishes\` holds the ${kind} "${name}". List events only.`),
    ...sends
      .filter(({ kind }) => kind === 'event')
      .map(({ name }) => `\`sends\` holds the event "${name}". List it in \`publishes\`; \`sends\` is for commands and queries.`),
    ...routes
      .filter(({ contract }) => contract.kind === 'event')
      .map(({ contract }) => `\`routes\` hold the event "${contract.name}". An event goes to its topic; drop the route.`),
  ];
}
