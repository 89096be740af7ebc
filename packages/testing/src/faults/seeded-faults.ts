import type { SendOutcome, TransportEntry, TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { seededRandom } from '@waybill/simulation';
import type { MemoryBroker } from '@waybill/transport-memory';
import { TestFailure } from '../expecting/test-failure.ts';

/**
 * What goes wrong by chance: each a share from 0 to 1 of the occasions, 0 by default. The same seed makes the same things
 * go wrong at the same places. What the test itself sends is never lost, refused or left without an answer.
 */
export interface FaultRates {
  /** Chooses which. @default 1 */
  readonly seed?: number;
  /** A message is stored twice. @default 0 */
  readonly duplicate?: number;
  /** What waits at the endpoint of a message is shuffled, outside of lanes. @default 0 */
  readonly reorder?: number;
  /** What a handler sends is stored, and the answer is lost: `SEND_OUTCOME_UNKNOWN`. @default 0 */
  readonly loseConfirm?: number;
  /** What a handler sends is refused: `SEND_REJECTED`. @default 0 */
  readonly rejectSend?: number;
  /** The connection breaks when a message has been handled, before it is acknowledged: all that is not settled comes again. At most ten times for one message. @default 0 */
  readonly crash?: number;
}

const RATES = ['duplicate', 'reorder', 'loseConfirm', 'rejectSend', 'crash'] as const;

/** What was hit so often is let through: a fault at every occasion would have no end. */
const MOST_CRASHES = 10;

type Rate = (typeof RATES)[number];

/** Makes things go wrong by a seed, at a memory broker. */
export class SeededFaults {
  readonly seed: number;
  readonly #rates: FaultRates;
  readonly #broker: MemoryBroker;
  readonly #random: () => number;
  readonly #struck = new Map<Rate, number>();
  /** How often each message was hit. */
  readonly #crashes = new Map<string, number>();
  #healed = false;

  constructor(rates: FaultRates, broker: MemoryBroker) {
    assertRates(rates);
    this.seed = rates.seed ?? 1;
    this.#rates = rates;
    this.#broker = broker;
    this.#random = seededRandom(this.seed);
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#healed = true;
  }

  /** How often each has gone wrong. */
  get struck(): Readonly<Record<Rate, number>> {
    const counts = RATES.map((rate) => [rate, this.#struck.get(rate) ?? 0] as const);
    return Object.fromEntries(counts) as Record<Rate, number>;
  }

  beforeSend(entries: readonly TransportEntry[]): void {
    for (const entry of entries) {
      if (entry.destination.kind === 'reply') continue;
      if (isOfHandler(entry) && this.#strikes('rejectSend')) this.#broker.faults.rejectSends(1);
      else if (this.#strikes('duplicate')) this.#broker.faults.duplicate(1);
    }
  }

  afterSend(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[]): readonly SendOutcome[] {
    for (const { destination } of entries) {
      if (destination.kind === 'endpoint' && this.#strikes('reorder')) this.#broker.faults.reorder(destination.name);
      if (destination.kind === 'topic' && this.#strikes('reorder'))
        for (const name of this.#broker.endpoints()) this.#broker.faults.reorder(name);
    }
    if (!entries.some(isOfHandler) || !this.#strikes('loseConfirm')) return outcomes;
    return outcomes.map((outcome) =>
      outcome.status === 'accepted' ? { status: 'unknown', cause: 'the answer was lost, as the seed wanted' } : outcome,
    );
  }

  beforeAck({ headers }: TransportMessage): void {
    const id = headers.get(HEADERS.id) ?? '';
    const crashes = this.#crashes.get(id) ?? 0;
    if (crashes === MOST_CRASHES || !this.#strikes('crash')) return;
    this.#crashes.set(id, crashes + 1);
    this.#broker.faults.cutConnections();
  }

  #strikes(rate: Rate): boolean {
    const chance = this.#rates[rate] ?? 0;
    if (this.#healed || chance === 0 || this.#random() >= chance) return false;
    this.#struck.set(rate, (this.#struck.get(rate) ?? 0) + 1);
    return true;
  }
}

/** True of a message that left from a handler, and is no reply. */
function isOfHandler({ headers, destination }: TransportEntry): boolean {
  return headers.get(HEADERS.causation) !== undefined && destination.kind !== 'reply';
}

function assertRates(rates: FaultRates): void {
  for (const [name, value] of Object.entries(rates)) {
    if (name === 'seed') continue;
    if (!RATES.includes(name as Rate)) throw new TestFailure(`Unknown fault \`${name}\`. Known are: seed, ${RATES.join(', ')}.`);
    if (typeof value !== 'number' || !(value >= 0 && value <= 1))
      throw new TestFailure(`\`faults.${name}\` is ${String(value)}. Use a share from 0 to 1.`);
  }
}
