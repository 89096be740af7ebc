// Runs a script of package.json with the pinned pnpm, which this starts through npx when it is not installed.
// The only script that runs on the system's Node (20.19 or later); all others run on the Node of devDependencies.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { quoteForCmd, quoteForShell } from './shell-quote.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const quote = windows ? quoteForCmd : quoteForShell;

function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const version = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)?.[1];
  if (version === undefined) {
    throw new Error(`package.json pins no pnpm: "packageManager" is ${packageManager}. Set it to pnpm@<major.minor.patch>.`);
  }
  return version;
}

function isOnPath(version) {
  const found = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell: windows });
  return found.status === 0 && found.stdout.trim() === version;
}

function commandFor(script, args) {
  const version = pinnedPnpm();
  const run = ['pnpm', '--silent', 'run', script, ...args].map(quote).join(' ');
  const commands = `pnpm install --frozen-lockfile --reporter=append-only 1>&2 && ${run}`; // standard output is the script's alone
  return isOnPath(version) ? commands : `npx --yes --package=pnpm@${version} -c ${quote(commands)}`;
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) throw new Error('run.mjs got no script to run. Call it as: node scripts/run.mjs <script> [arguments]');
const result = spawnSync(commandFor(script, args), { cwd: root, stdio: 'inherit', shell: true });
process.exit(result.status ?? 1);
