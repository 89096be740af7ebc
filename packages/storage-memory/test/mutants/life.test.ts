import { describe } from 'vitest';
import { claiming, storing, testMutants } from '../support/mutant.ts';

describe('the life cases catch', () => {
  testMutants([
    {
      does: 'forgets at close what was handled',
      caughtBy: [1],
      breaks: (store) => {
        let isForgotten = false;
        return {
          close: async () => {
            isForgotten = true;
            await store.close();
          },
          ...claiming(store, (inbox) => ({
            claim: (...parameters) => (isForgotten ? Promise.resolve({ status: 'new' }) : inbox.claim(...parameters)),
          })),
        };
      },
    },
    {
      does: 'is closed by the first close',
      caughtBy: [2],
      breaks: (store) => ({
        close: async () => {
          await store.close();
          await store.close();
        },
      }),
    },
    {
      does: 'goes on after the last close',
      caughtBy: [2, 3],
      breaks: () => ({ close: () => Promise.resolve() }),
    },
    {
      does: 'tells a status before it is open',
      caughtBy: [3],
      breaks: (store) =>
        storing(store, (outbox) => ({
          status: (options) => outbox.status(options).catch(() => ({ waiting: 0, delayed: 0, held: 0, oldestMs: 0 })),
        })),
    },
    {
      does: 'opens though its signal has aborted',
      caughtBy: [4],
      breaks: (store) => ({ open: ({ runtime, provisioning }) => store.open({ runtime, provisioning }) }),
    },
    {
      does: 'rejects a close too many',
      caughtBy: [5],
      breaks: (store) => {
        let opened = 0;
        return {
          open: async (options) => {
            opened += 1;
            await store.open(options);
          },
          close: async () => {
            opened -= 1;
            if (opened < 0) throw new Error('not open');
            await store.close();
          },
        };
      },
    },
    {
      does: 'refuses to be opened while it opens',
      caughtBy: [7],
      breaks: (store) => {
        let isOpening = false;
        return {
          open: async (options) => {
            if (isOpening) throw new Error('it opens already');
            isOpening = true;
            await store.open(options);
            isOpening = false;
          },
        };
      },
    },
    {
      does: 'finds facets in an object',
      caughtBy: [6],
      breaks: () => ({ facet: <Facet>({ name }: { readonly name: string }) => ({})[name as never] as Facet | undefined }),
    },
  ]);
});
