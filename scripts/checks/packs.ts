import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Check } from './check.ts';
import { type Publishable, publishablePackages } from './publishable.ts';
import { problemsOf } from './run-tool.ts';
import { linkPeers, packPackage, unpackInto } from './unpack-packages.ts';

export const packs: Check = {
  name: 'packed packages',
  wayOut: "Mend the package's exports, files or publishConfig: this is what a user installs.",
  run: checkPacks,
};

/** Packs every package, lints the tarballs, then imports and typechecks each entry in a consumer that has nothing but them and their peers. */
async function checkPacks(root: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-packs-'));
  const packages = publishablePackages(root);
  try {
    const linted: (readonly string[])[] = [];
    for (const one of packages) linted.push(await checkTarball(root, one, folder));
    return [...linted.flat(), ...(await checkConsumer(folder, packages))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function checkTarball(root: string, one: Publishable, folder: string): Promise<readonly string[]> {
  const tarball = await packPackage(root, one, folder);
  await unpackInto(folder, one, tarball);
  linkPeers(root, folder, one);
  const linted = await Promise.all([
    problemsOf(folder, 'publint', ['run', tarball, '--strict']),
    problemsOf(folder, 'attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-emoji']),
  ]);
  return linted.flat();
}

async function checkConsumer(folder: string, packages: readonly Publishable[]): Promise<readonly string[]> {
  const entries = packages.flatMap(({ manifest, entries: own }) => [...own.keys()].map((entry) => manifest.name + entry.slice(1)));
  const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
  const uses = entries.map((entry, index) => `if (typeof entry${index} !== 'object') throw new Error('${entry} is no module');`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true }));
  writeFileSync(join(folder, 'main.mts'), [...imports, ...uses].join('\n'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: CONSUMER_OPTIONS, files: ['main.mts'] }));
  const found = await Promise.all([problemsOf(folder, 'tsc', []), problemsOf(folder, process.execPath, ['main.mts'])]);
  return found.flat();
}

/** A strict consumer without Node's types, which reads our declarations in full. */
const CONSUMER_OPTIONS = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  target: 'es2022',
  lib: ['es2023', 'dom', 'esnext.disposable', 'esnext.iterator'],
  types: [],
  module: 'nodenext',
};
