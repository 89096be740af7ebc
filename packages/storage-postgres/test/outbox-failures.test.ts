import { storeClock } from '@waybill/core/persistence';
import { describe, expect, it } from 'vitest';
import type { SqlRow, SqlValue } from '../src/database.ts';
import { type OutboxParts, PostgresOutboxStore } from '../src/outbox/postgres-outbox-store.ts';

/** An outbox over a database that answers so; and the reasons that it was given. */
function outboxOver(answer: (reason: string) => readonly SqlRow[]) {
  const reasons: string[] = [];
  const query = async (_text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> => {
    const [{ reason }] = JSON.parse(String(values[2])) as [{ readonly reason: string }];
    reasons.push(reason);
    return answer(reason);
  };
  const parts = { background: { query }, notices: { notify: () => 'null' }, schema: '"waybill"' } as unknown as OutboxParts<unknown>;
  const outbox = new PostgresOutboxStore(parts);
  const fail = (reason: string): Promise<number> =>
    outbox.markFailed({ scope: 's', relay: 'r', now: storeClock }, [{ sequence: '1', reason, retryAfterMs: undefined }]);
  return { outbox, reasons, fail };
}

const refusal = (code: string): Error => Object.assign(new Error(`the database says ${code}`), { code, severity: 'ERROR' });

describe('the reason of a row that has failed', () => {
  it('is stored as it is', async () => {
    const { reasons, fail } = outboxOver(() => [{ count: 1 }]);
    expect(await fail('5 \u20ac, a zero \0 and half a letter \ud83d')).toBe(1);
    expect(reasons).toEqual(['5 \u20ac, a zero  and half a letter \ufffd']);
  });

  it.each(['22P05', '22021'])('is written in ASCII where the database cannot hold it (%s)', async (code) => {
    const { reasons, fail } = outboxOver((reason) => {
      if (/\P{ASCII}/u.test(reason)) throw new Error('a statement failed', { cause: refusal(code) });
      return [{ count: 1 }];
    });
    expect(await fail('5 \u20ac \ud83d\ude00 \ud83d')).toBe(1);
    expect(reasons).toEqual(['5 \u20ac \ud83d\ude00 \ufffd', '5 \\u{20ac} \\u{1f600} \\u{fffd}']);
    expect(await fail('\u20ac'.repeat(1_000))).toBe(1);
    expect(reasons.at(-1)?.length).toBe(1_000);
  });

  it('is written once where the database refuses it for another cause', async () => {
    const { reasons, fail } = outboxOver(() => {
      throw refusal('42P01');
    });
    await expect(fail('5 \u20ac')).rejects.toMatchObject({ code: '42P01' });
    expect(reasons.length).toBe(1);
  });
});

describe('the held rows after one', () => {
  it.each(['abc', '-1', '1; drop', '1'.repeat(19)])('are refused where no sequence is like it: %s', async (after) => {
    const { outbox } = outboxOver(() => []);
    await expect(outbox.held({ scope: 's', after, limit: 1 })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
