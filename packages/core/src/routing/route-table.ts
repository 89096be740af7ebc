import type { Contract } from '../messages/contract.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import type { Destination } from '../transport/transport-message.ts';

/** "Messages of this contract go to that endpoint." */
export interface Route {
  readonly contract: Contract;
  readonly endpoint: string;
}

/**
 * Makes a route.
 * @throws ConfigurationError `NAME_INVALID`
 */
export function route(contract: Contract, endpoint: string): Route {
  assertEndpointName(endpoint);
  return Object.freeze({ contract, endpoint });
}

/** The endpoint that a contract's own name points to: the name up to its last dot. */
export function conventionalEndpoint(contract: Contract): string {
  return contract.endpoint ?? contract.name.slice(0, contract.name.lastIndexOf('.'));
}

/** Puts the namespace of the bus in front of a name. */
export function entityName(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}.${name}`;
}

/** Why a message goes where it goes, strongest reason first. */
export type RouteRule = 'to' | 'route' | 'own-endpoint' | 'contract' | 'name' | 'topic';

/** What a {@link RouteTable} decides by; each maps contract names to endpoints. */
export interface RouteReasons {
  readonly routes: ReadonlyMap<string, string>;
  /** The endpoints of this bus. */
  readonly own: ReadonlyMap<string, string>;
  readonly namespace: string | undefined;
}

/** Where messages go; computed once per contract. */
export class RouteTable {
  readonly #reasons: RouteReasons;
  readonly #destinations = new WeakMap<Contract, Destination>();

  constructor(reasons: RouteReasons) {
    this.#reasons = reasons;
  }

  /** The destination of a message; `to` wins over everything. */
  destinationOf(contract: Contract, to: string | undefined): Destination {
    const { namespace } = this.#reasons;
    if (to !== undefined) return { kind: 'endpoint', name: entityName(namespace, to) };
    const known = this.#destinations.get(contract);
    if (known !== undefined) return known;
    const isEvent = contract.kind === 'event';
    const name = isEvent ? contract.name : this.#endpointOf(contract);
    const destination: Destination = { kind: isEvent ? 'topic' : 'endpoint', name: entityName(namespace, name) };
    this.#destinations.set(contract, destination);
    return destination;
  }

  /** The rule that chose the destination. */
  ruleFor(contract: Contract, to: string | undefined): RouteRule {
    if (to !== undefined) return 'to';
    if (contract.kind === 'event') return 'topic';
    if (this.#reasons.routes.has(contract.name)) return 'route';
    if (this.#reasons.own.has(contract.name)) return 'own-endpoint';
    return contract.endpoint === undefined ? 'name' : 'contract';
  }

  #endpointOf(contract: Contract): string {
    const { routes, own } = this.#reasons;
    return routes.get(contract.name) ?? own.get(contract.name) ?? conventionalEndpoint(contract);
  }
}
