import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { readRequirement } from '../resolution/requirement.ts';
import { thisMachine } from '../resolution/this-machine.ts';
import { SERVER_KINDS, serverKind } from '../server-kinds.ts';
import { ServerPool } from '../server-pool.ts';
import { countTests } from './count-tests.ts';
import { Desk } from './desk.ts';
import { endLeftovers } from './end-leftovers.ts';
import { summarize } from './summarize.ts';

/** The global setup of vitest's project `broker`: opens the desk, and says at the end which servers were used. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const text = process.env['WAYBILL_REQUIRE'] ?? '';
  const requirement = readRequirement(text, Object.keys(SERVER_KINDS));
  const folder = mkdtempSync(join(tmpdir(), 'waybill-servers-'));
  const pool = new ServerPool(thisMachine(folder), serverKind, crypto.randomUUID().slice(0, 8));
  const desk = new Desk(pool);
  project.provide('waybillServers', { desk: await desk.open(), folder, requirement: text });
  for (const name of requirement.named) void pool.find(name).catch(() => {}); // begins at once; whoever asks hears of it
  return async () => {
    await desk.close();
    const findings = await pool.findings().catch(() => new Map());
    const leftovers = [...(await pool.close()), ...(await endLeftovers(folder))];
    rmSync(folder, { recursive: true, force: true });
    const { lines, problems } = summarize({
      findings,
      missing: desk.missing,
      counts: countTests(project.vitest.state.getTestModules()),
      requirement,
      leftovers,
    });
    process.stdout.write(`\n${[...lines, ...problems].join('\n')}\n`);
    if (problems.length > 0) process.exitCode = 1;
  };
}
