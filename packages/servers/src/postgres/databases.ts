import type { RunningServer, Space, SpaceMaker } from '../server-kind.ts';
import { postgresVersion, withClient } from './session.ts';

/** Databases; where the user may make none, a prefix for names. */
export async function spacesOf({ url }: RunningServer): Promise<SpaceMaker> {
  const { rows } = await withClient(url, (client) => client.query<{ may: boolean }>(MAY_CREATE));
  if (rows[0]?.may === true) return { way: 'databases', make: (name) => makeDatabase(url, name) };
  const way = 'names with a prefix, since this user may create no database';
  return { way, make: async (name) => ({ url, prefix: `${name}.`, remove: async () => {} }) };
}

const MAY_CREATE = 'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user';

async function makeDatabase(url: string, name: string): Promise<Space> {
  const run = (statement: string): Promise<unknown> => withClient(url, (client) => client.query(statement));
  const own = new URL(url);
  own.pathname = `/${encodeURIComponent(name)}`;
  await run(`create database "${name}"`);
  const remove = async (): Promise<void> => void (await run(`drop database if exists "${name}" with (force)`));
  try {
    await postgresVersion(own.href);
  } catch (error) {
    await remove().catch(() => {});
    throw error;
  }
  return { url: own.href, prefix: '', remove };
}
