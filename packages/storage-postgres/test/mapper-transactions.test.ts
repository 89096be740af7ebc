import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MapperTransactions } from '../src/mapper-transactions.ts';
import { outcomeOf } from './support/bench.ts';

const SETTINGS = { isolation: 'read committed', acquireTimeoutMs: 1_000, signal: undefined } as const;
const never: Promise<never> = new Promise<never>(() => undefined);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  ['COMMIT', 'TRANSACTION_OUTCOME_UNKNOWN', (): Promise<undefined> => Promise.resolve(undefined)],
  ['ROLLBACK', 'STORE_UNAVAILABLE', (): Promise<undefined> => Promise.reject(new Error('no'))],
] as const)('a mapper whose %s gets no answer is not waited for without end', async (_, code, work) => {
  const mapper = new MapperTransactions<string>({
    transact: async (run) => {
      await run('tx').catch(() => undefined);
      return never;
    },
    query: async () => [],
  });
  const outcome = outcomeOf(mapper.run(work, SETTINGS));
  await vi.advanceTimersByTimeAsync(30_000);
  expect([await outcome, vi.getTimerCount()]).toEqual([code, 0]);
});

it('a statement without an answer after the work is not waited for either', async () => {
  const mapper = new MapperTransactions<string>({ transact: (run) => run('tx'), query: () => never });
  const outcome = outcomeOf(mapper.run(async () => undefined, SETTINGS));
  await vi.advanceTimersByTimeAsync(30_000);
  expect([await outcome, vi.getTimerCount()]).toEqual(['STORE_UNAVAILABLE', 0]);
});

it('what is given up at its last statement is not committed', async () => {
  const abort = new AbortController();
  const ended: string[] = [];
  const mapper = new MapperTransactions<string>({
    transact: async (run) => {
      const result = await run('tx').finally(() => ended.push('rolled back'));
      ended[0] = 'committed';
      return result;
    },
    query: async () => {
      abort.abort(new Error('enough'));
      return [];
    },
  });
  const transact = mapper.run(async () => undefined, { ...SETTINGS, signal: abort.signal });
  expect(await outcomeOf(transact)).toBe('enough');
  await vi.waitFor(() => expect(ended).toEqual(['rolled back']));
});
