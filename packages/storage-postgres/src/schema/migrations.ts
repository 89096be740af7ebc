import { quotedSchema } from './names.ts';
import { tables } from './0001-tables.ts';

/** A step of the schema. Steps only add; what is of no use any more goes in a step after the version that stopped using it. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** The oldest version of the tables that a process may expect and still work with what this step leaves. */
  readonly compatibleWith: number;
  readonly statements: readonly string[];
}

/**
 * The steps that make the tables in `schema`, in order; all can be run in one transaction.
 * @throws ConfigurationError `OPTION_INVALID` for a name that is none
 */
export function migrations(schema: string = 'waybill'): readonly Migration[] {
  const quoted = quotedSchema(schema);
  return [{ version: 1, name: 'tables', compatibleWith: 1, statements: tables(quoted) }];
}

/** The version that this package works with. */
export const CURRENT_VERSION: number = 1;

/** All steps as one text of SQL, for people and for tools that run migrations themselves. */
export function printMigrations(schema: string = 'waybill'): string {
  const steps = migrations(schema).map((step) => {
    const lines = [...step.statements, noteApplied(quotedSchema(schema), step)].map((statement) => `${statement};`);
    return [`-- ${step.version} ${step.name}`, ...lines].join('\n\n');
  });
  return ['begin;', createSchema(quotedSchema(schema)).join(';\n\n').concat(';'), ...steps, 'commit;', ''].join('\n\n');
}

/** What stands before the first step. */
export function createSchema(quoted: string): readonly string[] {
  return [
    `create schema if not exists ${quoted}`,
    `create table if not exists ${quoted}.migration (
  version integer primary key,
  name text not null,
  compatible_with integer not null, -- processes that know at least this version may go on
  applied_at timestamptz not null default now()
)`,
  ];
}

/** Writes down that a step was run. */
export function noteApplied(quoted: string, { version, name, compatibleWith }: Migration): string {
  return `insert into ${quoted}.migration (version, name, compatible_with) values (${version}, '${name}', ${compatibleWith})`;
}
