import { dirname } from 'node:path';

import { apiReports } from './checks/api-reports.ts';
import { browser } from './checks/browser.ts';
import type { Check } from './checks/check.ts';
import { docsLinks } from './checks/docs-links.ts';
import { docsSamples } from './checks/docs-samples.ts';
import { packs } from './checks/packs.ts';
import { build, format, laws, lint, types, typeTests, webTypes } from './checks/tool-checks.ts';

const FROM_SOURCE: readonly Check[] = [format, types, webTypes, lint, laws, typeTests, docsSamples, docsLinks];
const FROM_BUILD: readonly Check[] = [apiReports, packs, browser];

async function runCheck(check: Check, root: string): Promise<boolean> {
  const start = performance.now();
  const problems = await check
    .run(root)
    .catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${check.name.padEnd(20)} ${seconds} s`);
  if (problems.length > 0) console.log(`\n${problems.join('\n')}\n\n→ ${check.wayOut}\n`);
  return problems.length === 0;
}

/** Runs all of them, also after a failure: one run shows everything. */
async function runChecks(checks: readonly Check[], root: string): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const check of checks) if (!(await runCheck(check, root))) failed.push(check.name);
  return failed;
}

/** What is built can be judged only when the build went well. */
async function runFromBuild(root: string): Promise<readonly string[]> {
  if (await runCheck(build, root)) return runChecks(FROM_BUILD, root);
  for (const { name } of FROM_BUILD) console.log(`FAIL ${name.padEnd(20)}  not run: there is no build`);
  return [build, ...FROM_BUILD].map(({ name }) => name);
}

const root = dirname(import.meta.dirname);
const failed = [...(await runChecks(FROM_SOURCE, root)), ...(await runFromBuild(root))];
if (failed.length > 0) {
  console.error(`${failed.length} of ${FROM_SOURCE.length + FROM_BUILD.length + 1} checks failed: ${failed.join(', ')}.`);
  process.exitCode = 1;
}
