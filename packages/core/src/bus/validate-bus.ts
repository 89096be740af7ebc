import { isBusError } from '../errors/is-bus-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { assertOptions } from '../errors/option-problems.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import { capabilityProblems } from './check-endpoints.ts';
import type { BusStore } from '../unit-of-work/bus-store.ts';
import type { Endpoint } from './endpoint.ts';
import type { StoreLife } from './store-life.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** One thing that is wrong with a bus, and the way out. */
export interface ConfigurationProblem {
  readonly code: ErrorCode;
  /** What is wrong, where, and what to do. */
  readonly problem: string;
}

/** Options of `bus.validate`. */
export interface ValidateOptions {
  /** Also asks the broker and the store: opens the transport unless it is open, compares, changes nothing, and closes it; the same with the store. @default false */
  readonly connect?: boolean;
  /** Gives up: the call rejects with its reason. @default none */
  readonly signal?: AbortSignal;
}

/** What a bus is validated by. */
export interface ValidationParts {
  readonly transport: IMessageTransport;
  readonly keeper: TopologyKeeper;
  readonly endpoints: readonly Endpoint<string>[];
  readonly runtime: Runtime;
  readonly store: BusStore | undefined;
  readonly storeLife: Pick<StoreLife, 'windowMs' | 'provisioning'> | undefined;
}

/** All that stands against the start of a bus and can be known now. @throws ConfigurationError `OPTION_INVALID` */
export async function validateBus(
  parts: ValidationParts,
  options: ValidateOptions,
  isOpen: boolean,
): Promise<readonly ConfigurationProblem[]> {
  assertOptions('`bus.validate`', options, ['connect', 'signal']);
  options.signal?.throwIfAborted();
  const problems = capabilityProblems(parts.endpoints, parts.transport, parts.storeLife?.windowMs).map((problem): ConfigurationProblem => ({
    code: 'CAPABILITY_NOT_SUPPORTED',
    problem,
  }));
  if (options.connect !== true) return problems;
  return [...problems, ...(await problemsAtBroker(parts, options.signal, isOpen)), ...(await problemsAtStore(parts, options.signal))];
}

async function problemsAtBroker(
  { transport, keeper, runtime }: ValidationParts,
  signal: AbortSignal | undefined,
  isOpen: boolean,
): Promise<readonly ConfigurationProblem[]> {
  try {
    if (!isOpen) await transport.open({ runtime, onState: () => undefined, ...(signal === undefined ? {} : { signal }) });
    return (await unlessAborted(keeper.problems(), signal)).map((problem) => ({ code: 'TOPOLOGY_DIFFERS', problem }));
  } catch (error) {
    signal?.throwIfAborted();
    const code = isBusError(error) ? error.code : 'TOPOLOGY_DIFFERS';
    return [{ code, problem: error instanceof Error ? error.message : String(error) }];
  } finally {
    if (!isOpen) await transport.close().catch(() => undefined);
  }
}

/** Where tables may be made, none can be missing: only whether the database answers is asked. */
async function problemsAtStore(
  { store: busStore, storeLife, runtime }: ValidationParts,
  signal: AbortSignal | undefined,
): Promise<readonly ConfigurationProblem[]> {
  if (busStore === undefined) return [];
  const { store } = busStore;
  try {
    const provisioning = storeLife?.provisioning === 'validate' ? 'validate' : 'assume';
    await store.open({ runtime, provisioning, ...(signal === undefined ? {} : { signal }) });
    await store.close();
    return [];
  } catch (error) {
    signal?.throwIfAborted();
    return [
      { code: isBusError(error) ? error.code : 'STORE_UNAVAILABLE', problem: error instanceof Error ? error.message : String(error) },
    ];
  }
}
