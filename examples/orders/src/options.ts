import { parseArgs } from 'node:util';

import { STORES, TRANSPORTS } from './stage/open-stage.ts';
import type { StageOptions } from './stage/stage.ts';

export const HELP = `An order service on Waybill, told as a story.

  npm run demo                               the story, in memory
  npm run demo -- --verbose                  with the log lines of the bus between
  npm run demo -- --mermaid                  the same as a sequence diagram, for GitHub or mermaid.live
  npm run demo -- --transport <name>         on: ${TRANSPORTS.join(', ')}
  npm run demo -- --transport rabbitmq --url amqp://user:password@host
                                             on this one; without --url on that in WAYBILL_RABBITMQ_URL, on one
                                             that listens on this machine, in Docker, or on what is installed

  npm run demo -- --transport rabbitmq --store postgres
                                             and with the orders, the outbox and the inbox in a PostgreSQL, found in the
                                             same way; --database postgres://user@host or WAYBILL_POSTGRES_URL names it

  npm run demo -- orders/worker              the shop as a process of its own, and
  npm run demo -- orders/producer            its customers as another; both know --help

Ends with 0 when every message was handled, with 1 when one was not, and with 2 when an option is wrong.`;

export interface Options extends StageOptions {
  readonly help: boolean;
  readonly verbose: boolean;
  readonly mermaid: boolean;
}

/** @throws Error that names the option which is wrong, or the transport that there is not */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: Array.from(args),
    options: {
      help: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      mermaid: { type: 'boolean', default: false },
      transport: { type: 'string', default: 'memory' },
      url: { type: 'string' },
      store: { type: 'string', default: 'memory' },
      database: { type: 'string' },
    },
  });
  if (!TRANSPORTS.includes(values.transport)) {
    throw new Error(`There is no transport "${values.transport}". There are: ${TRANSPORTS.join(', ')}.`);
  }
  if (values.url !== undefined && values.transport === 'memory') {
    throw new Error('--url is the address of a broker, and memory has none. Add --transport rabbitmq.');
  }
  if (!STORES.includes(values.store)) throw new Error(`There is no store "${values.store}". There are: ${STORES.join(', ')}.`);
  if (values.store === 'postgres' && values.transport === 'memory') {
    throw new Error('In memory time is virtual, and a PostgreSQL does not wait for it. Add --transport rabbitmq.');
  }
  if (values.database !== undefined && values.store === 'memory') {
    throw new Error('--database is the address of a PostgreSQL. Add --store postgres.');
  }
  return values;
}
