import type { InboxKey } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { HOSTILE_TEXTS } from '../../hostile-texts.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const textsOfKeys: StoreCase = {
  name: 'keys of the inbox of any characters are kept apart, each new once; what cannot be kept is refused, and never taken for another',
  number: 62,
  group: 'hostile',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (const part of ['scope', 'endpoint', 'handlerId', 'idempotencyKey'] as const)
      for (const text of HOSTILE_TEXTS) {
        const key = { [part]: part === 'scope' ? `${bench.scope}${text}` : text };
        const first = await claimOf(bench, key);
        if (first.startsWith('refused')) continue;
        expectThat(first === 'new', `${part} ${JSON.stringify(text)} is taken for another: ${first}`);
        const second = await claimOf(bench, key);
        expectThat(second === 'completed', `${part} ${JSON.stringify(text)} came to ${second} the second time`);
      }
  },
};

const claimOf = async (bench: StoreBench, key: Partial<InboxKey>): Promise<string> => {
  try {
    return (await bench.claimed(key)).status;
  } catch (error) {
    return `refused: ${String(error)}`;
  }
};
