import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const LONGEST_MS = 60_000;

/** All that a Node process of its own prints. Rejects when it fails. */
function run(...parameters: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, parameters, { cwd, timeout: LONGEST_MS }, (error, stdout, stderr) => {
      const printed = stdout + stderr;
      if (error === null) resolve(printed);
      else reject(new Error(printed, { cause: error }));
    });
  });
}

describe.concurrent('the same suite is green in', () => {
  it('node:test', { timeout: LONGEST_MS }, async () => {
    const printed = await run('--conditions=@waybill/source', '--test', '--test-reporter=tap', 'src/runners/node-test.ts');
    expect(printed).toMatch(/^# tests 6\n(.*\n)*# pass 6$/m);
  });

  it('Mocha', { timeout: LONGEST_MS }, async () => {
    expect(await run('node_modules/mocha/bin/mocha.js')).toMatch(/^ {2}6 passing/m);
  });

  it('Jest', { timeout: LONGEST_MS }, async () => {
    const printed = await run('--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'jest.config.json');
    expect(printed).toMatch(/^Tests: +6 passed, 6 total$/m);
  });
});
