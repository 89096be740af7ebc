import type { Requirement } from '../resolution/requirement.ts';
import type { FoundServer } from '../server-pool.ts';
import { NONE, type TestCount } from './count-tests.ts';

export interface RunFacts {
  /** Of the servers that were asked for. */
  readonly findings: ReadonlyMap<string, FoundServer>;
  /** Why no server of one's own could be started, by name. */
  readonly missing: ReadonlyMap<string, string>;
  readonly counts: ReadonlyMap<string, TestCount>;
  readonly requirement: Requirement;
  readonly leftovers: readonly string[];
}

/** What is said of the servers when the run has ended; a problem fails it. */
export function summarize({ findings, missing, counts, requirement, leftovers }: RunFacts): {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
} {
  const lines = [
    ...[...findings].map(([name, found]) => `  ${describeServer(found, describeCount(counts.get(name)))}`),
    ...[...counts].filter(([name]) => !findings.has(name)).map(([name, count]) => `  ${name}: ${describeCount(count)}`),
    ...[...missing.values()].map((problem) => `  ${problem}`),
  ];
  const names = new Set([...requirement.named, ...findings.keys(), ...counts.keys()]);
  const idle = [...names].filter((name) => requirement.requires(name) && (counts.get(name)?.executed ?? 0) === 0);
  return {
    lines: lines.length === 0 ? ['Servers: none was asked for.'] : ['Servers:', ...lines],
    problems: [
      ...idle.map((name) => `FAIL  ${name} is required by WAYBILL_REQUIRE, and no test ran against it.`),
      ...leftovers.map((what) => `FAIL  left over: ${what}.`),
    ],
  };
}

function describeServer(found: FoundServer, count: string): string {
  if (!found.isFound) return `${found.title}: ${count}. ${found.problem}`;
  return `${found.title} ${found.version} (${found.source}) at ${found.address}, ${found.way}: ${count}`;
}

function describeCount({ executed, onOwn, notRun }: TestCount = NONE): string {
  const own = onOwn === 0 ? '' : `, ${onOwn} of them on one of their own`;
  return `${executed} ${executed === 1 ? 'test' : 'tests'} run${own}${notRun === 0 ? '' : `, ${notRun} not run`}`;
}
