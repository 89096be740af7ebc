import { existsSync, globSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Publishable } from './publishable.ts';
import { runTool } from './run-tool.ts';

/** Packs a package as it would be published and returns the tarball. */
export async function packPackage(root: string, { folder, manifest }: Publishable, target: string): Promise<string> {
  const destination = join(target, 'tarballs', basename(folder));
  mkdirSync(destination, { recursive: true });
  await mustSucceed(join(root, folder), 'pnpm', ['pack', '--pack-destination', destination]);
  const [tarball] = globSync('*.tgz', { cwd: destination });
  if (tarball === undefined) throw new Error(`${manifest.name} left no tarball in ${destination}. Run pnpm pack in ${folder} to see why.`);
  return join(destination, tarball);
}

/** Lays a tarball into `node_modules` of a consumer, as an install would. */
export async function unpackInto(consumer: string, { manifest }: Publishable, tarball: string): Promise<void> {
  const folder = join(consumer, 'node_modules', manifest.name);
  mkdirSync(folder, { recursive: true });
  await mustSucceed(consumer, 'tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}

/** Links the third-party peers of a package beside it: they are what its user installs too. */
export function linkPeers(root: string, consumer: string, { folder, manifest }: Publishable): void {
  for (const peer of Object.keys(manifest.peerDependencies ?? {}).filter((name) => !name.startsWith('@waybill/'))) {
    const link = join(consumer, 'node_modules', peer);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(realpathSync(join(root, folder, 'node_modules', peer)), link, 'dir');
  }
}

async function mustSucceed(cwd: string, command: string, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await runTool(cwd, command, args);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd} with exit code ${exitCode}:\n${output}`);
}
