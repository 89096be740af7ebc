// Packs the packages into a folder, as npm would install them: `npm run pack -- ../my-service`.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import { publishablePackages } from './checks/publishable.ts';
import { packPackage } from './checks/unpack-packages.ts';

const root = dirname(import.meta.dirname);
const [target] = process.argv.slice(2).filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
if (target === undefined) {
  console.error('Name the folder of your service: npm run pack -- ../my-service');
  process.exitCode = 1;
} else {
  const packs = join(resolve(root, target), 'waybill');
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pack-'));
  try {
    mkdirSync(packs, { recursive: true });
    for (const one of publishablePackages(root)) {
      const tarball = await packPackage(root, one, folder);
      copyFileSync(tarball, join(packs, `${basename(one.folder)}.tgz`));
      console.log(join(packs, `${basename(one.folder)}.tgz`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
