import { expectThat } from '../../../runner.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const errorsPassUnchanged: StoreCase = {
  name: 'what the work throws comes out as it is, also at once and also what is no error; its result too; and it is run once',
  number: 12,
  group: 'transactions',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const result = { any: 'thing' };
    expectThat((await bench.transact(() => Promise.resolve(result))) === result, 'the result is another');
    for (const thrown of [new TypeError('of the application'), Object.assign(new Error('a code'), { code: 'E_MINE' }), 'a text', undefined])
      for (const isAtOnce of [false, true]) {
        let runs = 0;
        const work = (): Promise<never> => {
          runs += 1;
          if (isAtOnce) throw thrown as Error;
          return Promise.reject(thrown as Error);
        };
        const caught = await bench.transact(work).then(
          () => 'it succeeded',
          (error: unknown) => ({ error }),
        );
        expectThat(typeof caught === 'object' && caught.error === thrown, `${String(thrown)} came out as ${JSON.stringify(caught)}`);
        expectThat(runs === 1, `the work was run ${runs} times`);
      }
  },
};
