import 'reflect-metadata'; // inversify wants it first
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createBus } from '@waybill/core';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import { KeptMap } from './outside/kept-map.ts';
import { readProcessOptions } from './process-options.ts';
import { Outside, shop } from './shop.ts';
import { narrator } from './story/narrator.ts';
import { Teller } from './story/teller.ts';

const { url, data } = readProcessOptions(process.argv.slice(2));
mkdirSync(data, { recursive: true });
const outside = new Outside({ keep: (table) => new KeptMap(join(data, `${table}.json`)), answersAfterMs: 200 });
const told = narrator(new Teller({ write: console.log, now: () => Date.now(), coloured: process.stdout.isTTY }));

const bus = createBus({
  ...shop(outside, { payments: rabbitmq.endpoint({ queue: 'quorum' }) }), // on several nodes, where there are; the others stand on one
  transport: rabbitmq({ url, queue: 'classic' }),
  middleware: [told.middleware],
  observers: [told.onEvent],
});

async function close(): Promise<void> {
  await bus.stop(); // what is being handled is finished; what waits stays in RabbitMQ
  console.log('The shop is closed. What is ordered now waits until it opens again.');
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());

try {
  await bus.start();
  console.log('The shop is open. Ctrl-C closes it.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
