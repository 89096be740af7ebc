import { execFileSync } from 'node:child_process';
import type { Report } from './report.ts';

/** The table of the last commit; `undefined` where there is none, or no git. */
export function lastCommitted(root: string): Report | undefined {
  try {
    const text = execFileSync('git', ['show', 'HEAD:benchmarks/results/latest.json'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}
