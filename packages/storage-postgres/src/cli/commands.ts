import { parseArgs } from 'node:util';
import { isBusError } from '@waybill/core';
import type { PgPool } from '../pg/pg-client.ts';
import { postgres } from '../postgres.ts';
import type { PostgresStore } from '../postgres-store.ts';
import type { SchemaStatus } from '../schema/migrate.ts';
import { printMigrations } from '../schema/migrations.ts';

/** What a command reads and writes. */
export interface Terminal {
  print(text: string): void;
  complain(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const HELP = `waybill-postgres <command> [--url postgres://…] [--schema waybill]

  status   where the tables are; ends with 1 where this version cannot use them
  up       makes or upgrades them; several at once are safe
  print    the SQL of all steps, for tools that run it themselves; needs no database

Without --url the database is that of DATABASE_URL, or of PGHOST, PGUSER, …`;

const OPTIONS = { url: { type: 'string' }, schema: { type: 'string', default: 'waybill' }, help: { type: 'boolean' } } as const;

/** By TCP, or by a socket of this machine. */
const URL_OF_POSTGRES = /^(postgres(ql)?:\/\/|socket:|\/)/;

interface Call {
  readonly command: string | undefined;
  readonly schema: string;
  readonly url: string | undefined;
}

/** Runs one command. Gives the exit code. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [command, ...more] = positionals;
    const isHelp = values.help === true || command === 'help';
    if (isHelp || command === undefined || more.length > 0) return usage(terminal, isHelp ? 0 : 2);
    return await run({ command, schema: values.schema, url: urlOf(values.url, terminal) }, terminal);
  } catch (error) {
    terminal.complain(error instanceof Error ? textOf(error) : String(error));
    return 1;
  }
}

/** An empty one would be that of PGHOST, or of this machine: mostly a variable that is not set. Its text may hold a password, and is not told. */
function urlOf(given: string | undefined, { environment }: Terminal): string | undefined {
  const url = given ?? environment['DATABASE_URL'];
  if (url === undefined || URL_OF_POSTGRES.test(url)) return url;
  const name = given === undefined ? 'DATABASE_URL' : '--url';
  throw new Error(`${name} is ${url === '' ? 'empty' : 'no address of PostgreSQL'}: use postgres://user@host/database`);
}

function usage(terminal: Terminal, exitCode: number): number {
  if (exitCode === 0) terminal.print(HELP);
  else terminal.complain(HELP);
  return exitCode;
}

async function run({ command, schema, url }: Call, terminal: Terminal): Promise<number> {
  if (command === 'print') {
    terminal.print(printMigrations(schema));
    return 0;
  }
  if (command !== 'status' && command !== 'up') return usage(terminal, 2);
  return withStore(url, schema, async (store) => {
    const status = await (command === 'up' ? store.migrate() : store.schemaStatus());
    terminal.print(sentenceOf(status));
    return status.usable ? 0 : 1;
  });
}

async function withStore(
  url: string | undefined,
  schema: string,
  work: (store: PostgresStore<unknown>) => Promise<number>,
): Promise<number> {
  const { Pool } = await import('pg');
  const pool: PgPool = new Pool({ ...(url === undefined ? {} : { connectionString: url }), max: 2, connectionTimeoutMillis: 10_000 });
  try {
    return await work(postgres({ pool, backgroundPool: pool, schema }));
  } finally {
    await pool.end();
  }
}

function sentenceOf({ schema, version, needed, pending, usable }: SchemaStatus): string {
  const steps = pending.map((step) => `${step.version} ${step.name}`).join(', ');
  const verdict = usable ? 'usable' : 'not usable by this version';
  return `schema "${schema}": version ${version}, needed ${needed}, ${verdict}${steps === '' ? '' : `; missing: ${steps}`}`;
}

const textOf = (error: Error): string => {
  const { cause } = error;
  const behind = cause instanceof Error ? ` (${cause.message === '' ? cause.name : cause.message})` : '';
  return `${isBusError(error) ? `${error.code}: ` : ''}${error.message}${behind}`;
};
