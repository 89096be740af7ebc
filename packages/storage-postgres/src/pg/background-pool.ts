import { ConfigurationError } from '@waybill/core/transport';
import type { PgPool } from './pg-client.ts';

/** One for LISTEN, one for the relay's reading, one for all else. */
const CONNECTIONS = 3;
const STATEMENT_TIMEOUT_MS = 30_000;

/** A statement is planned once, and its plan kept for long: it must not be one for tables that were still empty. */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off';
/** Statements of relays are meant to meet on the same rows: under a stricter default of the database they would fail for that. */
const ISOLATION = '-c default_transaction_isolation=read\\ committed';
const SETTINGS = `${PLANNING} ${ISOLATION}`;
/** What a transaction of ours may do nothing for: then the relay that begun it is frozen, and holds what it has locked. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * A small pool to the same server as the given one.
 * @param isDirect whether settings of a session reach the server: PgBouncer in transaction mode refuses them
 * @throws ConfigurationError `OPTION_INVALID` where the pool does not show what it was made with
 */
export function backgroundPoolOf(pool: PgPool, isDirect: boolean): PgPool {
  const { constructor: make, options } = pool as { readonly constructor: unknown; readonly options?: Readonly<Record<string, unknown>> };
  if (typeof make !== 'function' || options === undefined)
    throw new ConfigurationError('OPTION_INVALID', '`postgres`: `pool` does not show its options. Pass `backgroundPool` too.', {
      details: { option: 'pool' },
    });
  const { connectionString } = options;
  const given = parametersOf(connectionString).get('options') ?? options['options'] ?? process.env['PGOPTIONS'];
  const session = {
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TIMEOUT_MS,
    options: typeof given === 'string' ? `${given} ${SETTINGS}` : SETTINGS,
  };
  const ours = {
    ...(isDirect ? session : {}),
    max: CONNECTIONS,
    min: 0,
    keepAlive: true,
    application_name: 'waybill',
    connectionTimeoutMillis: 10_000,
    query_timeout: undefined, // each statement has its own
  };
  const own = new (make as new (settings: object) => PgPool)({
    ...options,
    ...('password' in options ? { password: options['password'] } : {}), // it is hidden from copies
    ...(typeof connectionString === 'string' ? { connectionString: withoutParameters(connectionString, Object.keys(ours)) } : {}),
    ...ours,
  });
  own.on('error', () => {}); // an idle connection that breaks is replaced
  return own;
}

function parametersOf(connectionString: unknown): URLSearchParams {
  return new URLSearchParams(typeof connectionString === 'string' ? connectionString.split('?').slice(1).join('?') : '');
}

/** For `pg`, what stands in the connection string wins over every option. */
function withoutParameters(connectionString: string, names: readonly string[]): string {
  const parameters = parametersOf(connectionString);
  for (const name of names) parameters.delete(name);
  const [address = ''] = connectionString.split('?');
  return parameters.size === 0 ? address : `${address}?${parameters.toString()}`;
}
