import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

const conditions = ['@waybill/source', ...defaultServerConditions]; // workspace packages run from source, no build first

const WORKERS = Math.max(4, availableParallelism()); // a third of the time goes by in waiting: for sockets, timers, processes

/** Where tests stand whose file names end so. */
const testsNamed = (ending: string): string[] =>
  ['packages/*/test', 'scripts/test', 'examples/*/test', 'benchmarks/test', 'tools/*/test'].map((folder) => `${folder}/**/*${ending}`);

export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } }, // explicit: oxc does not lower standard decorators
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  environments: { __vitest__: { resolve: { conditions } } }, // where the global setup is loaded
  test: {
    pool: 'threads',
    maxWorkers: '100%', // by default one core is left idle: on two that doubles the time
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.compile-cache') }, // processes that tests start import from source
    silent: 'passed-only', // what a bus writes to the console is shown where a test fails
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: testsNamed('.test.ts'),
          exclude: ['**/*.broker.test.ts', '**/*.process.test.ts', '**/node_modules/**', '**/dist/**'],
          isolate: false,
          maxWorkers: WORKERS,
          testTimeout: 20_000, // for what hangs: on a busy machine some take more than the usual 5 s
        },
      },
      {
        extends: true,
        test: {
          name: 'process', // starts programs: compilers, runners, examples
          include: testsNamed('.process.test.ts'),
          exclude: ['**/node_modules/**', '**/dist/**'],
          isolate: false,
          maxWorkers: WORKERS,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'broker',
          include: testsNamed('.broker.test.ts'),
          exclude: ['**/node_modules/**', '**/dist/**'],
          isolate: true,
          sequence: { groupOrder: 1 }, // after the others, which have another number of workers
          pool: 'forks', // a thread with a socket to a broker that answers no more does not end: Node waits for its requests
          globalSetup: ['packages/servers/src/vitest/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['packages/*/test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
        },
      },
      {
        extends: true,
        test: {
          name: 'types-standard', // the same promises under standard decorators
          include: [],
          typecheck: { enabled: true, only: true, include: ['packages/core/test/**/*.test-d.ts'], tsconfig: 'tsconfig.standard.json' },
        },
      },
    ],
    passWithNoTests: false,
  },
});
