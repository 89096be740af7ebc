import { join } from 'node:path';
import { parseArgs } from 'node:util';

const HELP = `The shop as two processes, connected by nothing but a RabbitMQ.

  npm run demo -- orders/worker        the shop: serves what comes, until Ctrl-C
  npm run demo -- orders/producer      its customers: order mugs, and wait for the receipts

  --url <address>       of the RabbitMQ; else WAYBILL_RABBITMQ_URL, else amqp://localhost
  --data <folder>       where the worker keeps its orders; else .waybill/orders
  --orders <number>     how many the producer sends; else 10
  --every <ms>          how long it waits between two of them; else 500`;

/** Options of the worker and of the producer. */
export interface ProcessOptions {
  readonly url: string;
  readonly data: string;
  readonly orders: number;
  readonly everyMs: number;
}

/** Ends the process where an option is wrong, or help is wanted. */
export function readProcessOptions(args: readonly string[]): ProcessOptions {
  try {
    const { values } = parseArgs({
      args: Array.from(args),
      options: {
        help: { type: 'boolean', default: false },
        url: { type: 'string', default: process.env['WAYBILL_RABBITMQ_URL'] ?? 'amqp://localhost' },
        data: { type: 'string', default: join('.waybill', 'orders') },
        orders: { type: 'string', default: '10' },
        every: { type: 'string', default: '500' },
      },
    });
    if (values.help) end(HELP, 0);
    return {
      url: values.url,
      data: values.data,
      orders: wholeNumber('orders', values.orders),
      everyMs: wholeNumber('every', values.every),
    };
  } catch (error) {
    return end(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`, 2);
  }
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${option} is "${text}". Write a whole number, from 1 on.`);
}

function end(text: string, exitCode: number): never {
  (exitCode === 0 ? console.log : console.error)(text);
  process.exit(exitCode);
}
