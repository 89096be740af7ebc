import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { buildPackages } from '../build/build-packages.ts';
import { checkLaws } from '../check-laws.ts';
import type { Check } from './check.ts';
import { problemsOf } from './run-tool.ts';

export const format: Check = {
  name: 'format',
  wayOut: 'Run `npm run format`.',
  run: (root) => problemsOf(root, 'oxfmt', ['--check']),
};

export const types: Check = {
  name: 'types',
  wayOut: 'Mend the types; tsc shows the same in your editor.',
  run: (root) => problemsOf(root, 'tsc', ['-p', 'tsconfig.json']),
};

export const webTypes: Check = {
  name: 'types without Node',
  wayOut: 'Use what every modern runtime has; what only Node has comes through runtime/.',
  run: (root) => problemsOf(root, 'tsc', ['-p', 'tsconfig.web.json']),
};

export const typeTests: Check = {
  name: 'type tests',
  wayOut: 'Mend the types, or the expectation in the *.test-d.ts file.',
  run: (root) => problemsOf(root, 'vitest', ['run', '--project', 'types', '--project', 'types-standard', '--reporter', 'dot']),
};

export const lint: Check = {
  name: 'lint',
  wayOut: 'Mend the code; split what is too long or too complex by verb.',
  run: (root) => problemsOf(root, 'oxlint', ['--quiet']),
};

export const laws: Check = {
  name: 'laws',
  wayOut: 'The laws stand in ARCHITECTURE.md, their tables in scripts/laws/core-levels.ts.',
  run: async (root) => checkLaws(root),
};

export const build: Check = {
  name: 'build',
  wayOut: 'Mend the types; run `npm run build` to see the same.',
  run: async (root) => {
    for (const dist of globSync('packages/*/dist', { cwd: root })) rmSync(join(root, dist), { recursive: true, force: true });
    return buildPackages(root);
  },
};
