import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRANSPORT_CASES, type TransportCase } from '@waybill/conformance';

const CASES = join(import.meta.dirname, '../src/transport/cases');
const LAST_NUMBER = 64;

const files = readdirSync(CASES, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && basename(path) !== 'index.ts',
);

const isCase = (value: unknown): value is TransportCase =>
  typeof value === 'object' && value !== null && 'group' in value && 'run' in value;

async function casesIn(path: string): Promise<readonly TransportCase[]> {
  const exported = (await import(join(CASES, path))) as Record<string, unknown>;
  return Object.values(exported).filter(isCase);
}

describe('the cases of the transport suite', () => {
  it.each(files)('%s holds one case, registered once, in the group of its folder, with the number of its name', async (path) => {
    const [one, ...others] = await casesIn(path);
    expect(others).toEqual([]);
    expect(TRANSPORT_CASES.filter((registered) => registered === one).length).toBe(1);
    expect(one?.group).toBe(dirname(path));
    const number = /^(\d\d)-/.exec(basename(path))?.[1];
    expect(one?.number).toBe(number === undefined ? undefined : Number(number));
  });

  it('have names and numbers of their own', () => {
    const names = TRANSPORT_CASES.map(({ name }) => name);
    expect(names.length).toBe(new Set(names).size);
    const numbers = TRANSPORT_CASES.flatMap(({ number }) => (number === undefined ? [] : [number]));
    expect(numbers.length).toBe(new Set(numbers).size);
    expect(numbers.every((number) => number >= 1 && number <= LAST_NUMBER)).toBe(true);
    expect(TRANSPORT_CASES.length).toBe(files.length);
  });

  it.each(Array.from({ length: LAST_NUMBER }, (_, index) => index + 1))('number %i is there by name', (number) => {
    expect(TRANSPORT_CASES.filter((one) => one.number === number).length).toBe(1);
  });
});
