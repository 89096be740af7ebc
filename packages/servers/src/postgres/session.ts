import { Client } from 'pg';

/** A server that is starting, or removing a large database, lets one wait. */
const GIVE_UP_MS = 30_000;

/** What somebody does with a connection of their own, which is closed after it. */
export async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: GIVE_UP_MS });
  client.on('error', () => {}); // a connection that has ended fails the query that needs it
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The version, such as `15.20`. */
export async function postgresVersion(url: string): Promise<string> {
  const { rows } = await withClient(url, (client) => client.query<{ server_version: string }>('show server_version'));
  return rows[0]?.server_version.split(' ')[0] ?? '';
}
