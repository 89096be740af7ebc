import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const pathOf = (file: string): string => fileURLToPath(new URL(`../${file}`, import.meta.url));

describe('getting started', () => {
  it('prints what expected-output.txt holds, to standard output alone', () => {
    const run = spawnSync(process.execPath, ['--conditions=@waybill/source', pathOf('src/main.ts')], { encoding: 'utf8', timeout: 30_000 });
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe(readFileSync(pathOf('expected-output.txt'), 'utf8'));
    expect(run.status).toBe(0);
  });
});
