import { ConfigurationError } from '@waybill/core/persistence';
import type { BackgroundDatabase, RunStatement } from '../database.ts';
import { CURRENT_VERSION, type Migration, createSchema, migrations, noteApplied } from './migrations.ts';
import { quotedSchema } from './names.ts';

/** Where the tables of a schema are, and where this version wants them. */
export interface SchemaStatus {
  readonly schema: string;
  /** 0 where there are no tables. */
  readonly version: number;
  /** What this version of the package works with. */
  readonly needed: number;
  /** The steps that are missing. */
  readonly pending: readonly Pick<Migration, 'version' | 'name'>[];
  /** False where a process of this version must not use them. */
  readonly usable: boolean;
}

interface Found {
  readonly version: number;
  readonly compatibleWith: number;
}

/** Looks, and changes nothing. */
export async function schemaStatus(database: BackgroundDatabase, schema: string): Promise<SchemaStatus> {
  return statusOf(schema, await find((text, values) => database.query(text, values), schema));
}

/**
 * Runs the missing steps, in one transaction, one process at a time. Where none is missing it needs no right but to read.
 * @throws ConfigurationError `STORE_SCHEMA_DIFFERS` for tables of a later version that this one cannot use
 */
export async function migrate(database: BackgroundDatabase, schema: string): Promise<SchemaStatus> {
  const before = await schemaStatus(database, schema);
  if (before.pending.length === 0) return refuseUnusable(before);
  return database.transact(async (run) => {
    await run('select pg_advisory_xact_lock(hashtextextended($1, 0)) is null as locked', [`waybill.migrate.${schema}`]);
    const status = statusOf(schema, await find(run, schema)); // another process may have been here
    if (status.version === 0) for (const statement of createSchema(quotedSchema(schema))) await run(statement, []);
    for (const step of migrations(schema).filter(({ version }) => version > status.version)) await runStep(run, schema, step);
    return refuseUnusable(statusOf(schema, await find(run, schema)));
  });
}

/** @throws ConfigurationError `STORE_SCHEMA_DIFFERS` unless a process of this version can use the tables */
export function refuseUnusable(status: SchemaStatus): SchemaStatus {
  if (status.usable) return status;
  const { schema, version, needed } = status;
  const found = version === 0 ? 'there are no tables' : `they are at version ${version}`;
  const wayOut =
    version < needed
      ? 'Run `npx waybill-postgres up`, or start with `provisioning: "apply"`'
      : 'Use a later version of @waybill/storage-postgres';
  throw new ConfigurationError(
    'STORE_SCHEMA_DIFFERS',
    `Tables of version ${needed} are needed in the schema "${schema}": ${found}. ${wayOut}.`,
    {
      details: { schema, version, needed },
    },
  );
}

async function runStep(run: RunStatement, schema: string, step: Migration): Promise<void> {
  for (const statement of step.statements) await run(statement, []);
  await run(noteApplied(quotedSchema(schema), step), []);
}

async function find(run: RunStatement, schema: string): Promise<Found> {
  const known = await run(IS_THERE, [schema]);
  if (known.length === 0) return { version: 0, compatibleWith: 0 };
  const latest = 'order by migration.version desc limit 1';
  const [row] = await run(`select version::text, compatible_with::text as oldest from ${quotedSchema(schema)}.migration ${latest}`, []);
  return { version: Number(row?.['version'] ?? 0), compatibleWith: Number(row?.['oldest'] ?? 0) };
}

/** Not by `to_regclass`: within a transaction it may still remember that there was none. */
const IS_THERE = `select 'yes' as found from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1::text and c.relname = 'migration'`;

function statusOf(schema: string, { version, compatibleWith }: Found): SchemaStatus {
  const pending = migrations(schema).filter((step) => step.version > version);
  const usable = version >= CURRENT_VERSION && compatibleWith <= CURRENT_VERSION;
  return { schema, version, needed: CURRENT_VERSION, pending: pending.map((step) => ({ version: step.version, name: step.name })), usable };
}
