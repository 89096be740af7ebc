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

/** Where messages go; computed once per contract. */
export class RouteTable {
  readonly #endpoints: ReadonlyMap<string, string>;
  readonly #namespace: string | undefined;
  readonly #destinations = new Map<string, Destination>();

  /** @param endpoints from contract name to endpoint, the stronger reasons already applied */
  constructor(endpoints: ReadonlyMap<string, string>, namespace: string | undefined) {
    this.#endpoints = endpoints;
    this.#namespace = namespace;
  }

  /** The destination of a message; `to` wins over everything. */
  destinationOf(contract: Contract, to: string | undefined): Destination {
    if (to !== undefined) return { kind: 'endpoint', name: entityName(this.#namespace, to) };
    const known = this.#destinations.get(contract.name);
    if (known !== undefined) return known;
    const name = contract.kind === 'event' ? contract.name : (this.#endpoints.get(contract.name) ?? conventionalEndpoint(contract));
    const destination: Destination = { kind: contract.kind === 'event' ? 'topic' : 'endpoint', name: entityName(this.#namespace, name) };
    this.#destinations.set(contract.name, destination);
    return destination;
  }
}
