import { MessageError } from '../errors/bus-error.ts';
import { assertContract } from '../messages/assert-contract.ts';
import type { Contract } from '../messages/contract.ts';
import { topicOf } from '../messages/fault.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import type { Destination } from '../transport/transport-message.ts';

/** "Messages of this contract go to that endpoint." */
export interface Route {
  readonly contract: Contract;
  readonly endpoint: string;
}

/**
 * Makes a route of a command or a query; an event goes to the topic of its own name.
 * @throws ConfigurationError `CONTRACT_INVALID`, `NAME_INVALID`
 */
export function route(contract: Contract, endpoint: string): Route {
  assertContract(contract, '`route`');
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
  /** Commands and queries that endpoints of this bus handle. */
  readonly own: ReadonlyMap<string, string>;
  /** The endpoints of this bus, and the names of the contracts that each handles. */
  readonly handled: ReadonlyMap<string, ReadonlySet<string>>;
  /** The only names that may be sent beside `own`; `undefined` where any may. */
  readonly declared: ReadonlySet<string> | undefined;
  readonly namespace: string | undefined;
}

/**
 * Where messages go; computed once per contract.
 *
 * A command to an endpoint of this same bus that has no handler for it is refused, and not sent to be set aside there as
 * `.skipped`: the table knows that endpoint's handlers, and all processes of an endpoint have the same. Endpoints of others
 * are not known, and never judged.
 */
export class RouteTable {
  readonly #reasons: RouteReasons;
  readonly #destinations = new WeakMap<Contract, Destination>();

  constructor(reasons: RouteReasons) {
    this.#reasons = reasons;
  }

  /**
   * The destination of a message; `to` wins over everything.
   * @throws MessageError `HANDLER_MISSING`, `CONTRACT_NOT_DECLARED`
   */
  destinationOf(contract: Contract, to: string | undefined): Destination {
    if (to !== undefined) return this.#endpoint(contract, to);
    const known = this.#destinations.get(contract);
    if (known !== undefined) return known;
    const destination: Destination =
      contract.kind === 'event'
        ? { kind: 'topic', name: entityName(this.#reasons.namespace, topicOf(contract)) }
        : this.#endpoint(contract, this.#endpointOf(contract));
    this.#destinations.set(contract, destination);
    return destination;
  }

  /** The endpoints that this bus has or has routes to, without its namespace; for whoever mistyped one. */
  othersThan(place: string): { readonly name: string; readonly known: readonly string[] } {
    const { handled, routes, namespace } = this.#reasons;
    const name = namespace !== undefined && place.startsWith(`${namespace}.`) ? place.slice(namespace.length + 1) : place;
    const known = new Set([...handled.keys(), ...routes.values()]);
    known.delete(name);
    return { name, known: Array.from(known).toSorted() };
  }

  /** Where messages of a contract go without `to`, whether or not they may be sent. */
  placeOf(contract: Contract): { readonly kind: 'endpoint' | 'topic'; readonly name: string } {
    const { namespace } = this.#reasons;
    if (contract.kind === 'event') return { kind: 'topic', name: entityName(namespace, topicOf(contract)) };
    return { kind: 'endpoint', name: entityName(namespace, this.#endpointOf(contract)) };
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

  #endpoint(contract: Contract, name: string): Destination {
    const { handled, namespace, declared, own } = this.#reasons;
    if (declared !== undefined && !declared.has(contract.name) && !own.has(contract.name)) {
      throw new MessageError(
        'CONTRACT_NOT_DECLARED',
        `"${contract.name}" was not sent: it is not listed. List it in \`createBus({ sends })\`, or start with \`provisioning: 'apply'\`.`,
        { details: { contract: contract.name } },
      );
    }
    if (handled.get(name)?.has(contract.name) === false) {
      throw new MessageError(
        'HANDLER_MISSING',
        `"${contract.name}" was not sent: the endpoint "${name}" of this bus has no handler for it. List one there, or mend the route.`,
        { details: { contract: contract.name, endpoint: name } },
      );
    }
    return { kind: 'endpoint', name: entityName(namespace, name) };
  }
}
