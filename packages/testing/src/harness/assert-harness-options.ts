import type { BusBaseOptions } from '@waybill/core';
import { BUS_OPTIONS, ConfigurationError, assertOptions, nameValue } from '@waybill/core/transport';
import type { HarnessSettings, TestHarnessOptions } from './harness-options.ts';

/** Beside its own it takes those that it replaces, so that the options of a service can be spread into it. */
const HARNESS_OPTIONS: readonly string[] = [
  ...BUS_OPTIONS,
  ...Object.keys({
    like: true,
    patience: true,
    startsAt: true,
    seed: true,
    faults: true,
    otherEndpoints: true,
  } satisfies Record<Exclude<keyof HarnessSettings, keyof BusBaseOptions>, true>),
];

/**
 * Refuses unknown names, and values of its own that are none; those of the bus are checked by `createBus`.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function assertHarnessOptions(options: TestHarnessOptions): void {
  assertOptions('`createTestHarness`', options, HARNESS_OPTIONS);
  const { startsAt, seed, otherEndpoints, logger, faults } = options as { readonly [Name in keyof HarnessSettings]: unknown };
  assertValue('startsAt', startsAt, startsAt instanceof Date && Number.isFinite(startsAt.getTime()), 'Pass a valid `Date`.');
  assertValue('seed', seed, Number.isSafeInteger(seed), 'Use a whole number.');
  assertValue('otherEndpoints', otherEndpoints, otherEndpoints === 'accept' || otherEndpoints === 'refuse', "Use 'accept' or 'refuse'.");
  assertValue('logger', logger, isLogger(logger), 'Pass a pino logger, `consoleLogger()` or `silentLogger`.');
  assertValue('faults', faults, typeof faults === 'object' && faults !== null, 'Pass an object: `{ seed, duplicate: 0.1 }`.');
}

function assertValue(option: string, value: unknown, fits: boolean, wayOut: string): void {
  if (value === undefined || fits) return;
  throw new ConfigurationError('OPTION_INVALID', `\`${option}\` of \`createTestHarness\` is ${nameValue(value)}. ${wayOut}`, {
    details: { option },
  });
}

function isLogger(value: unknown): boolean {
  const methods = ['debug', 'info', 'warn', 'error'];
  return (
    typeof value === 'object' && value !== null && methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  );
}
