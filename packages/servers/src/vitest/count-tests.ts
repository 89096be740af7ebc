import type { TestModule } from 'vitest/node';

import './run-servers.ts';

export interface TestCount {
  readonly executed: number;
  /** Those of them that ran against a server of their own. */
  readonly onOwn: number;
  readonly notRun: number;
}

export const NONE: TestCount = { executed: 0, onOwn: 0, notRun: 0 };

/** How many tests ran against each server. */
export function countTests(modules: readonly Pick<TestModule, 'children'>[]): ReadonlyMap<string, TestCount> {
  const counts = new Map<string, TestCount>();
  for (const one of modules) {
    for (const test of one.children.allTests()) {
      const name = test.meta().waybillServer;
      if (name === undefined) continue;
      const { executed, onOwn, notRun } = counts.get(name) ?? NONE;
      const ran = ['passed', 'failed'].includes(test.result().state) ? 1 : 0;
      const own = test.meta().waybillOwn === true ? ran : 0;
      counts.set(name, { executed: executed + ran, onOwn: onOwn + own, notRun: notRun + 1 - ran });
    }
  }
  return counts;
}
