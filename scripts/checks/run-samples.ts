import { join } from 'node:path';

import { runTool } from './run-tool.ts';

/** A sample that stands in a file. */
export interface SampleFile {
  readonly path: string;
  /** Where it comes from: `docs/concepts/recovery.md:11`. */
  readonly place: string;
  readonly code: string;
}

/** Runs the samples that can be run, in one process, and gives those that failed with what they said. */
export async function runSamples(samples: readonly SampleFile[]): Promise<readonly string[]> {
  const run = samples.filter(({ code }) => canRun(code));
  if (run.length === 0) return [];
  const runner = join(import.meta.dirname, '..', 'run-samples.ts');
  const paths = run.map(({ path }) => path);
  const { exitCode, output } = await runTool(import.meta.dirname, process.execPath, ['--conditions=@waybill/source', runner, ...paths]);
  if (exitCode === 0) return [];
  return [run.reduce((text, { path, place }) => text.replaceAll(path, place), output.trim())];
}

/** Not what declares a thing that its reader has, has decorators, which Node refuses, or belongs into a test runner. */
export function canRun(code: string): boolean {
  return !/^\s*(export )?declare |^\s*@\w|from '(vitest|node:test|@waybill\/servers)'/m.test(code);
}
