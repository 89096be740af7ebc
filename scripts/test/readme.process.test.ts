import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { samplesOf } from '../checks/samples.ts';

const root = dirname(dirname(import.meta.dirname));

describe('the README', () => {
  it('shows a service with a retry and a test, and the test is green', () => {
    const sample = samplesOf(readFileSync(join(root, 'README.md'), 'utf8')).find(({ code }) => code.includes("'node:test'"));
    mkdirSync(join(root, '.waybill'), { recursive: true });
    const folder = mkdtempSync(join(root, '.waybill', 'readme-'));
    try {
      writeFileSync(join(folder, 'payments.test.ts'), sample?.code ?? '');
      const args = ['--conditions=@waybill/source', '--test-reporter=tap', '--test', join(folder, 'payments.test.ts')];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000, env: withoutRunner(process.env) });
      expect(stdout).toContain('ok 1 - a payment is taken when the provider is back');
      expect(stdout).toContain('# pass 1');
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Within another test runner Node's own would report to that one. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _context, NODE_OPTIONS: _options, ...others } = env;
  return others;
}
