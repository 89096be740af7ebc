import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STORE_CASES, type StoreCase } from '@waybill/conformance';

const CASES = join(import.meta.dirname, '../src/store/cases');

const files = readdirSync(CASES, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && basename(path) !== 'index.ts',
);

const isCase = (value: unknown): value is StoreCase => typeof value === 'object' && value !== null && 'group' in value && 'run' in value;

describe('the cases of the store suite', () => {
  it.each(files)('%s holds one case, registered once, in the group of its folder, with the number of its name', async (path) => {
    const exported = (await import(join(CASES, path))) as Record<string, unknown>;
    const [one, ...others] = Object.values(exported).filter(isCase);
    expect(others).toEqual([]);
    expect(STORE_CASES.filter((registered) => registered === one).length).toBe(1);
    expect(one?.group).toBe(dirname(path));
    expect(one?.number).toBe(Number(/^(\d\d)-/.exec(basename(path))?.[1]));
  });

  it('have names and numbers of their own, and none is without a file', () => {
    expect(new Set(STORE_CASES.map(({ name }) => name)).size).toBe(files.length);
    expect(new Set(STORE_CASES.map(({ number }) => number)).size).toBe(files.length);
    expect(STORE_CASES.length).toBe(files.length);
  });
});
