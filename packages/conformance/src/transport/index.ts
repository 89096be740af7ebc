import type { TestRunner, Verdict } from '../runner.ts';
import { BUS_CASES } from './cases/bus/index.ts';
import { DEAD_LETTERS_CASES } from './cases/dead-letters/index.ts';
import { DECLARATION_CASES } from './cases/declaration/index.ts';
import { DELAY_CASES } from './cases/delay/index.ts';
import { FAULTS_CASES } from './cases/faults/index.ts';
import { FLOW_CASES } from './cases/flow/index.ts';
import { LIFE_CASES } from './cases/life/index.ts';
import { LOG_CASES } from './cases/log/index.ts';
import { REPLIES_CASES } from './cases/replies/index.ts';
import { SENDING_CASES } from './cases/sending/index.ts';
import { SETTLING_CASES } from './cases/settling/index.ts';
import { TOPOLOGY_CASES } from './cases/topology/index.ts';
import { runCase } from './run-case.ts';
import type { TransportCase } from './transport-case.ts';
import type { TransportHarness } from './transport-harness.ts';

/** All cases, by group. */
export const TRANSPORT_CASES: readonly TransportCase[] = [
  ...DECLARATION_CASES,
  ...LIFE_CASES,
  ...SENDING_CASES,
  ...SETTLING_CASES,
  ...FLOW_CASES,
  ...DELAY_CASES,
  ...TOPOLOGY_CASES,
  ...DEAD_LETTERS_CASES,
  ...REPLIES_CASES,
  ...LOG_CASES,
  ...FAULTS_CASES,
  ...BUS_CASES,
];

/** Registers one test per case with the runner; `onVerdict` hears how each was met, and stays silent about a case that fails. */
export function testTransport(
  name: string,
  harness: TransportHarness,
  runner: TestRunner,
  onVerdict: (verdict: Verdict, one: TransportCase, transport: string) => void = () => undefined,
): void {
  runner.describe(`${name} conforms to the transport port`, () => {
    for (const one of TRANSPORT_CASES)
      runner.it(`${one.group}: ${titleOf(one)}`, async () => onVerdict(await runCase(one, harness), one, name));
  });
}

/** Number and name of a case. */
export const titleOf = ({ number, name }: TransportCase): string => (number === undefined ? name : `${number} ${name}`);
