import { expectThat } from '../../../runner.ts';
import type { StoreCase } from '../../store-case.ts';

export const saysWhatItIs: StoreCase = {
  name: 'it has a short lower-case name, says whether it is durable, and has no facet that nobody made',
  number: 6,
  group: 'life',
  run: async (run) => {
    const store = run.create();
    expectThat(/^[a-z][a-z0-9-]{0,30}$/.test(store.name), `its name is "${store.name}"`);
    expectThat(typeof store.durable === 'boolean', `\`durable\` is ${String(store.durable)}`);
    for (const name of ['no such facet', '__proto__', 'constructor'])
      expectThat(store.facet({ name }) === undefined, `it has a facet "${name}"`);
  },
};
