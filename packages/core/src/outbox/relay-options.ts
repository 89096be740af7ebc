import type { Duration } from '../runtime/duration.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';

/** How this process sends what stands in the outbox. Every default is for production. */
export interface RelayOptions {
  /**
   * For so long a relay has its share of the outbox without coming back. After a crash or a freeze of its process the share goes to others
   * that much later; renewed at a third. From 1 s. @default '15s'
   */
  readonly lease?: Duration;
  /** The most rows that are read and sent at once; at most 100,000. @default 1,000 */
  readonly batchSize?: number;
  /** The most bytes of bodies that are read at once; four times as much may be in memory. A larger row goes alone. @default 8 MiB */
  readonly maxBatchBytes?: number;
  /** After the last row it is looked so soon for further ones, and then ever less often, up to `pollMax`. @default '50ms' */
  readonly pollMin?: Duration;
  /** The longest time between two looks; never more than a third of `lease`. A commit in this process is looked for at once. @default '5s' */
  readonly pollMax?: Duration;
  /** The outbox counts as `degraded` when its oldest waiting row is older. @default '1m' */
  readonly alarmAfter?: Duration;
}

/** {@link RelayOptions}, checked, with defaults filled in. */
export interface ResolvedRelayOptions {
  readonly leaseMs: number;
  readonly batchSize: number;
  readonly maxBatchBytes: number;
  readonly pollMinMs: number;
  readonly pollMaxMs: number;
  readonly alarmAfterMs: number;
}

const RELAY_OPTIONS: readonly string[] = Object.keys({
  lease: true,
  batchSize: true,
  maxBatchBytes: true,
  pollMin: true,
  pollMax: true,
  alarmAfter: true,
} satisfies Record<keyof RelayOptions, true>);

const LEAST_LEASE_MS = 1_000;
const DEFAULT_BATCH = 1_000;
const LARGEST_BATCH = 100_000;
const DEFAULT_BATCH_BYTES = 8 * 1024 * 1024;

/** @throws ConfigurationError `OPTION_INVALID` */
export function resolveRelayOptions(options: RelayOptions): ResolvedRelayOptions {
  assertOptions('`relay`', options, RELAY_OPTIONS);
  const leaseMs = toPositiveMilliseconds(options.lease ?? '15s', 'relay.lease');
  if (leaseMs < LEAST_LEASE_MS) throw invalid('lease', options.lease, 'Use a duration from 1 s.');
  const pollMinMs = toPositiveMilliseconds(options.pollMin ?? '50ms', 'relay.pollMin');
  return {
    leaseMs,
    batchSize: batchSizeOf(options.batchSize ?? DEFAULT_BATCH),
    maxBatchBytes: wholeNumber('maxBatchBytes', options.maxBatchBytes ?? DEFAULT_BATCH_BYTES),
    pollMinMs,
    pollMaxMs: Math.max(pollMinMs, Math.min(leaseMs / 3, toPositiveMilliseconds(options.pollMax ?? '5s', 'relay.pollMax'))),
    alarmAfterMs: toPositiveMilliseconds(options.alarmAfter ?? '1m', 'relay.alarmAfter'),
  };
}

function batchSizeOf(rows: number): number {
  if (Number.isSafeInteger(rows) && rows >= 1 && rows <= LARGEST_BATCH) return rows;
  throw invalid('batchSize', rows, 'Use a whole number from 1 to 100,000.');
}

function wholeNumber(option: keyof RelayOptions, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw invalid(option, value, 'Use a whole number from 1.');
}

function invalid(option: keyof RelayOptions, value: unknown, wayOut: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`relay.${option}\` is ${nameValue(value)}. ${wayOut}`, {
    details: { option: `relay.${option}` },
  });
}
