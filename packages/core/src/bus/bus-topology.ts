import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';
import { isSignal } from '../pipeline/assert-send-options.ts';
import type { Duration } from '../runtime/duration.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import type { PlannedEntity, TopologyDifference, TopologyPlan, TopologyPruning } from '../transport/topology.ts';
import type { BrokerTurns } from './broker-turns.ts';
import type { VisitParts } from './broker-visit.ts';
import { visitBroker } from './broker-visit.ts';
import { printChanges, printDifferences, printPlan, printPruning } from './print-topology.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** Options of the verbs of `bus.topology` that ask the broker. */
export interface TopologyOptions {
  /** How long it may take, opening the transport included; then it rejects with `TOPOLOGY_TIMEOUT`. @default '30s' */
  readonly timeout?: Duration;
  /** Gives up: the call rejects with its reason. @default none */
  readonly signal?: AbortSignal;
}

/** Options of `bus.topology.prune`. */
export interface PruneOptions extends TopologyOptions {
  /** Tells what would be removed, and removes nothing. @default false */
  readonly dryRun?: boolean;
}

/** What the broker must hold, in the broker's words; as `.text` for people. */
export interface PrintedPlan extends TopologyPlan {
  readonly text: string;
}

/** How the broker differs from the plan; as `.text` for people. */
export interface TopologyComparison {
  /** Empty where the broker holds all of the plan. More that it holds is no difference. */
  readonly differences: readonly TopologyDifference[];
  readonly text: string;
}

/** What was made; as `.text` for people. */
export interface TopologyChanges {
  readonly made: readonly PlannedEntity[];
  readonly text: string;
}

/** What was removed, or would be, and what stays and why; as `.text` for people. */
export interface PrintedPruning extends TopologyPruning {
  readonly text: string;
}

/**
 * What a bus needs of its broker: planned, compared, applied and pruned. Works before `start()`, as in a deployment script, and while
 * the bus runs: a bus that is not started opens the transport for the call and closes it again, receives nothing, and sends nothing.
 * Calls wait for one another, and for a start or stop under way. Endpoints that are temporary belong to a running bus: they stand in
 * the plan, and are neither compared nor applied here.
 */
export interface BusTopology {
  /** Asks nobody, and is the same each time. */
  plan(): PrintedPlan;
  /**
   * Compares the plan with the broker; changes nothing.
   * @throws ConfigurationError `TOPOLOGY_TIMEOUT`, `TOPOLOGY_REFUSED`, `OPTION_INVALID`; ConnectionError `TRANSPORT_OPEN_FAILED`; the reason of `signal`
   */
  compare(options?: TopologyOptions): Promise<TopologyComparison>;
  /**
   * Makes what is missing and says what that was, whatever `provisioning` is. Removes nothing and changes nothing that is there. May be
   * repeated, and done by many at once.
   * @throws ConfigurationError `TOPOLOGY_DIFFERS` where something is there with other settings; else as `compare`
   */
  apply(options?: TopologyOptions): Promise<TopologyChanges>;
  /**
   * Removes what an earlier plan of this bus has made, this one does not hold, and nobody uses; what holds messages or is read stays, and
   * the report says so. A bus is known by its `name` and namespace. Nothing else ever removes.
   * @throws ConfigurationError `CAPABILITY_NOT_SUPPORTED` where the broker does not list what it holds; `OPTION_INVALID` for a bus without a name; else as `compare`
   */
  prune(options?: PruneOptions): Promise<PrintedPruning>;
}

/** What `bus.topology` works with. */
export interface BusTopologyParts extends VisitParts {
  readonly keeper: TopologyKeeper;
  readonly turns: BrokerTurns;
  /** True while the transport is open because the bus runs. */
  readonly isRunning: () => boolean;
}

const OPTIONS: readonly (keyof TopologyOptions)[] = ['timeout', 'signal'];
const DEFAULT_TIMEOUT = '30s';

/** `bus.topology`. */
export class RunningTopology implements BusTopology {
  readonly #parts: BusTopologyParts;

  constructor(parts: BusTopologyParts) {
    this.#parts = parts;
  }

  plan(): PrintedPlan {
    const { keeper, transport } = this.#parts;
    const plan = keeper.plan();
    return { ...plan, text: printPlan(plan, transport.name) };
  }

  async compare(options: TopologyOptions = {}): Promise<TopologyComparison> {
    assertOptions('`bus.topology.compare`', options, OPTIONS);
    const plan = this.#parts.keeper.lastingPlan();
    const differences = await this.#visit('compare', options, () => this.#parts.transport.topology.compare(plan));
    return { differences, text: printDifferences(differences) };
  }

  async apply(options: TopologyOptions = {}): Promise<TopologyChanges> {
    assertOptions('`bus.topology.apply`', options, OPTIONS);
    const { keeper, transport } = this.#parts;
    const plan = keeper.lastingPlan();
    const differences = await this.#visit('apply', options, async () => {
      const before = await transport.topology.compare(plan);
      await transport.topology.apply(plan);
      return before;
    });
    const made = differences.filter(({ kind }) => kind === 'missing').map(({ entity }) => entity);
    return { made, text: printChanges(made) };
  }

  async prune(options: PruneOptions = {}): Promise<PrintedPruning> {
    assertOptions('`bus.topology.prune`', options, [...OPTIONS, 'dryRun']);
    const { dryRun = false } = options;
    if (typeof dryRun !== 'boolean') throw invalid('dryRun', dryRun, 'true or false');
    const plan = this.#parts.keeper.plan();
    if (plan.owner === undefined) throw nameless();
    const pruning = await this.#visit('prune', options, () => this.#parts.transport.topology.prune(plan, { dryRun }));
    return { ...pruning, text: printPruning(pruning, dryRun) };
  }

  async #visit<T>(verb: string, { timeout = DEFAULT_TIMEOUT, signal }: TopologyOptions, work: () => Promise<T>): Promise<T> {
    const limitMs = toPositiveMilliseconds(timeout, 'timeout');
    if (signal !== undefined && !isSignal(signal)) throw invalid('signal', signal, 'an AbortSignal');
    const { turns, isRunning } = this.#parts;
    return turns.take(() => visitBroker(this.#parts, { operation: `bus.topology.${verb}`, isOpen: isRunning(), limitMs, signal }, work));
  }
}

function invalid(option: string, value: unknown, wanted: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`${option}\` of \`bus.topology\` is ${nameValue(value)}. Use ${wanted}.`, {
    details: { option },
  });
}

function nameless(): ConfigurationError {
  return new ConfigurationError(
    'OPTION_INVALID',
    'Nothing was pruned: the bus has no `name`, so nobody can tell what is its own. Name it after the service: `createBus({ name })`.',
    { details: { option: 'name' } },
  );
}
