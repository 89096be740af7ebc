import type { Contract, InputOf, RequestOptions } from '@waybill/core';
import { line } from '../expecting/near-misses.ts';
import { TestFailure } from '../expecting/test-failure.ts';
import { createTestHarness } from '../harness/create-test-harness.ts';
import { deliver } from '../harness/deliver.ts';
import type { TestHarnessOptions } from '../harness/harness-options.ts';
import type { TestHarness } from '../harness/test-harness.ts';
import type { RecordedMessage } from '../recording/recorded-message.ts';
import type { Expectation } from './expectations.ts';

/** A message with its contract, to be brought to its handlers. Made by {@link message}. */
export interface GivenMessage {
  readonly contract: Contract;
  readonly payload: unknown;
  readonly options: Omit<RequestOptions, 'to'> | undefined;
}

/** A message of a contract, for {@link scenario}. */
export function message<C extends Contract>(contract: C, payload: InputOf<C>, options?: Omit<RequestOptions, 'to'>): GivenMessage {
  return Object.freeze({ contract, payload, options });
}

/** A scenario whose past is told: what happens now? */
export interface GivenScenario {
  /** Brings the message that is tested. */
  when(tested: GivenMessage): ToldScenario;
}

/** A scenario that is told; it runs when its expectations are given. */
export interface ToldScenario {
  /**
   * Runs the scenario in a harness of its own. All must hold; a handler that failed and that no `failed` expects is wrong too.
   * One after another, or as a list.
   * @throws TestFailure with everything that does not hold
   */
  then(...expectations: readonly (Expectation | readonly Expectation[])[]): Promise<void>;
}

/** Tests in the form given – when – then. */
export interface Scenario extends GivenScenario {
  /** What was handled before, one after another; what it causes is not looked at. */
  given(...past: readonly GivenMessage[]): GivenScenario;
}

/**
 * Tests of handlers in the form given – when – then, each in a harness of its own:
 *
 * ```ts no-check
 * const orders = scenario({ handlers: [submitOrder, cancelOrder] });
 * await orders.given(message(SubmitOrder, { orderId: '1' })).when(message(CancelOrder, { orderId: '1' })).then(published(OrderCancelled), nothingElse());
 * ```
 * A function in the place of the options makes them anew for each scenario, for handlers that hold state.
 */
export function scenario(options: TestHarnessOptions | (() => TestHarnessOptions)): Scenario {
  const given = (...past: readonly GivenMessage[]): GivenScenario => ({
    when: (tested) => new Told(typeof options === 'function' ? options() : options, past, tested),
  });
  return Object.freeze({ given, when: (tested: GivenMessage) => given().when(tested) });
}

class Told implements ToldScenario {
  readonly #options: TestHarnessOptions;
  readonly #past: readonly GivenMessage[];
  readonly #tested: GivenMessage;

  constructor(options: TestHarnessOptions, past: readonly GivenMessage[], tested: GivenMessage) {
    this.#options = options;
    this.#past = past;
    this.#tested = tested;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the word of the form; whoever awaits it without expectations runs it all the same
  async then(...expectations: readonly (Expectation | readonly Expectation[] | ((value: unknown) => unknown))[]): Promise<void> {
    const [resolve, reject] = expectations;
    if (typeof resolve !== 'function') return this.#run((expectations as readonly (Expectation | readonly Expectation[])[]).flat());
    return this.#run([]).then(
      () => void resolve(undefined),
      (error: unknown) => void (reject as (value: unknown) => unknown)(error),
    );
  }

  async #run(expectations: readonly Expectation[]): Promise<void> {
    const harness = await createTestHarness(this.#options);
    try {
      for (const one of this.#past) await handlePast(harness, one);
      const before = harness.timeline().entries.length;
      await deliver(harness.bus, this.#tested.contract, this.#tested.payload, this.#tested.options);
      await harness.idle();
      assertAll(harness.timeline().entries.slice(before), expectations);
    } finally {
      await harness[Symbol.asyncDispose]();
    }
  }
}

async function handlePast(harness: TestHarness, { contract, payload, options }: GivenMessage): Promise<void> {
  await deliver(harness.bus, contract, payload, options);
  await harness.idle();
  const failure = harness.timeline().entries.find(({ kind }) => kind === 'faulted');
  if (failure !== undefined) throw new TestFailure(`What was given failed:\n${line(failure)}`, { cause: failure.error });
}

function assertAll(seen: readonly RecordedMessage[], expectations: readonly Expectation[]): void {
  const accounted = new Set<RecordedMessage>();
  const problems = expectations.map(({ check }) => check(seen, accounted)).filter((problem) => problem !== undefined);
  const failures = seen.filter((one) => one.kind === 'faulted' && !accounted.has(one));
  if (failures.length > 0) problems.push(['A handler failed, and nothing expects it:', ...failures.map(line)].join('\n'));
  if (problems.length > 0) throw new TestFailure(problems.join('\n\n'), { cause: failures[0]?.error });
}
