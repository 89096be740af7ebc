import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { KeptMap } from '../../src/outside/kept-map.ts';
import { PretendedProvider, type Charge } from '../../src/outside/payment-provider.ts';

it('is there again when the process is, and an order that is charged twice has one receipt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-kept-'));
  try {
    const path = join(folder, 'charges.json');
    const price = { amount: 12, currency: 'EUR' };
    const provider = new PretendedProvider(new KeptMap<Charge>(path));
    expect(await provider.charge('1', price)).toBe('R-1');
    expect(await provider.charge('2', price)).toBe('R-2');
    expect(await new PretendedProvider(new KeptMap<Charge>(path)).charge('1', price)).toBe('R-1');
    expect(Array.from(new KeptMap<Charge>(path).keys())).toEqual(['1', '2']);
    expect(readdirSync(folder)).toEqual(['charges.json']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
