import { isBusError } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const closeWithoutOpen: TransportCase = {
  name: 'close without open resolves; before open every verb is refused as TRANSPORT_NOT_OPEN, and open works after it',
  group: 'life',
  run: async (harness) => {
    const transport = harness.create();
    await harness.within(harness.patienceMs, 'close without open', transport.close());
    const plan = transport.topology.plan({ endpoints: [], topics: [{ name: harness.uniqueName() }], subscriptions: [] });
    const verbs: Readonly<Record<string, () => unknown>> = {
      send: () => transport.send([], {}),
      cancel: () => transport.cancel('token'),
      replies: () => transport.replies(() => undefined),
      apply: () => transport.topology.apply(plan),
      compare: () => transport.topology.compare(plan),
      prune: () => transport.topology.prune(plan),
      count: () => transport.deadLetters.count('endpoint'),
      list: () => transport.deadLetters.list('endpoint', { limit: 1 }),
      take: () => transport.deadLetters.take('endpoint', [], () => Promise.resolve()),
    };
    for (const [verb, call] of Object.entries(verbs)) {
      const error = await rejectionOf(`\`${verb}\` before open`, call);
      expectThat(isBusError(error, 'TRANSPORT_NOT_OPEN'), `\`${verb}\` before open gave ${String(error)}`);
    }
    await transport.open(harness.openOptions());
    await transport.topology.apply(plan);
    await transport.close();
    return 'proven';
  },
};
