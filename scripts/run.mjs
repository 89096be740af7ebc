import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const version = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)?.[1];
if (version === undefined) throw new Error(`packageManager must pin pnpm, got ${packageManager}`);
const [script, ...args] = process.argv.slice(2);

const windows = process.platform === 'win32';
const quote = (s) => (/^[\w@%+=:,./-]+$/.test(s) ? s : windows ? `"${s.replaceAll('"', '""')}"` : `'${s.replaceAll("'", `'\\''`)}'`);
const line = ['pnpm', '--silent', 'run', script, ...args].map(quote).join(' ');
const commands = `pnpm install --frozen-lockfile --reporter=append-only 1>&2 && ${line}`;

// a pnpm of the pinned version already on PATH (a developer's, or the one that ran us) saves the npx start
const have = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', shell: windows });
const command = have.status === 0 && have.stdout.trim() === version
  ? commands
  : `npx --yes --package=pnpm@${version} -c ${quote(commands)}`;
const r = spawnSync(command, { cwd: root, stdio: 'inherit', shell: true, env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' } });
process.exit(r.status ?? 1);
