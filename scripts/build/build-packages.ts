import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { rolldown } from 'rolldown';

import { problemsOf } from '../checks/run-tool.ts';
import type { Publishable } from '../checks/publishable.ts';
import { allPackages } from '../checks/publishable.ts';

/**
 * Builds all packages into their `dist`: the types by the compiler, one file per module; the code as one file per entry, with
 * what entries share beside it. A program that loads two hundred small modules starts five times slower.
 * @returns what is wrong; nothing when all are built
 */
export async function buildPackages(root: string): Promise<readonly string[]> {
  const problems = await problemsOf(root, 'tsc', ['-b', 'tsconfig.build.json']);
  if (problems.length > 0) return problems;
  const built = await Promise.all(allPackages(root).map((one) => bundle(root, one)));
  return built.flat();
}

async function bundle(root: string, { folder, entries, programs }: Publishable): Promise<readonly string[]> {
  const problems: string[] = [];
  const dist = join(root, folder, 'dist');
  for (const old of globSync('**/*.{js,js.map}', { cwd: dist })) rmSync(join(dist, old));
  const build = await rolldown({
    input: Object.fromEntries([...entries.values(), ...programs].map((entry) => [entry, join(root, folder, 'src', `${entry}.ts`)])),
    platform: 'neutral',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'), // other packages stay what they are
    onLog: (_level, { message }) => void problems.push(`${folder}: ${message}`),
  });
  await build.write({ dir: dist, format: 'esm', sourcemap: true, chunkFileNames: 'shared-[name].js' });
  await build.close();
  return problems;
}
