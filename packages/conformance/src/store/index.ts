import type { TestRunner, Verdict } from '../runner.ts';
import { FAULTS_CASES } from './cases/faults/index.ts';
import { HOSTILE_CASES } from './cases/hostile/index.ts';
import { INBOX_CASES } from './cases/inbox/index.ts';
import { LIFE_CASES } from './cases/life/index.ts';
import { OPERATOR_CASES } from './cases/operator/index.ts';
import { OUTBOX_CASES } from './cases/outbox/index.ts';
import { RELAY_CASES } from './cases/relay/index.ts';
import { TRANSACTIONS_CASES } from './cases/transactions/index.ts';
import { runStoreCase } from './run-store-case.ts';
import type { StoreCase } from './store-case.ts';
import type { StoreHarness } from './store-harness.ts';

/** All cases, by group. */
export const STORE_CASES: readonly StoreCase[] = [
  ...LIFE_CASES,
  ...TRANSACTIONS_CASES,
  ...INBOX_CASES,
  ...OUTBOX_CASES,
  ...RELAY_CASES,
  ...OPERATOR_CASES,
  ...HOSTILE_CASES,
  ...FAULTS_CASES,
];

/** Registers one test per case with the runner; `onVerdict` hears how each was met, and stays silent about a case that fails. */
export function testStore<Tx>(
  name: string,
  harness: StoreHarness<Tx>,
  runner: TestRunner,
  onVerdict: (verdict: Verdict, one: StoreCase, store: string) => void = () => undefined,
): void {
  runner.describe(`${name} conforms to the ports of stores`, () => {
    for (const one of STORE_CASES)
      runner.it(`${one.group}: ${one.number} ${one.name}`, async () => onVerdict(await runStoreCase(one, harness), one, name));
  });
}
