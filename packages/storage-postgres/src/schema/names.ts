import { ConfigurationError, nameValue } from '@waybill/core/transport';

/** Names of at most so many letters: PostgreSQL cuts longer ones, and two may then be one. */
const NAME = /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/;

/** The schema's name, quoted. @throws ConfigurationError `OPTION_INVALID` for one that needs more than a-z, 0-9 and _ */
export function quotedSchema(schema: unknown): string {
  if (typeof schema === 'string' && NAME.test(schema)) return `"${schema}"`;
  const wayOut = 'Write a to z, 0 to 9 and _, at most 63 letters, no digit first, and not "pg_" at the beginning';
  throw new ConfigurationError('OPTION_INVALID', `\`schema\` is ${nameValue(schema)}. ${wayOut}.`, { details: { option: 'schema' } });
}

/** The channel on which commits of outbox rows are told; the payload is the scope. */
export const channelOf = (schema: string): string => schema;
