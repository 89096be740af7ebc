import { expectThat } from '../../../runner.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const reasonsAreCutNotRefused: StoreCase = {
  name: 'a reason of any length and any characters marks its row: at most 1,000 characters of it are kept',
  number: 61,
  group: 'operator',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const relay = bench.relay();
    const reasons = [
      '',
      'x'.repeat(5_000),
      `${'x'.repeat(999)}😀😀`,
      'a\u0000b',
      '\ud800',
      "'; drop table outbox; --",
      'ünïcödé',
      '$1 %s {} []',
    ];
    await bench.add(...reasons.map((_, index) => entryOf(`row ${index}`)));
    const { rows } = await relay.lease();
    const marked = await relay.failed(
      rows.map(({ sequence }, index) => ({ sequence, reason: reasons[index] ?? '', retryAfterMs: undefined })),
    );
    expectThat(marked === reasons.length, `of ${reasons.length} rows ${marked} were marked`);
    const held = await bench.store.outbox.held({ scope: bench.scope, limit: 100 });
    expectThat(held.length === reasons.length, `${held.length} rows are held`);
    for (const { reason } of held) expectThat(reason.length <= 1_000, `${reason.length} characters of a reason were kept`);
    for (const index of [0, 5, 6, 7])
      expectThat(held[index]?.reason === reasons[index], `the reason "${reasons[index]}" became "${held[index]?.reason}"`);
  },
};
