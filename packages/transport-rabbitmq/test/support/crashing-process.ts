import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { rabbitmq } from '../../src/index.ts';

/**
 * A process that handles until it is killed, by a message too, and tells by lines what it begins and what it has done.
 * Arguments: address of the broker, type of queue, name of the endpoint, the most handlers at once, whether they end.
 */
const [url, queue, name, concurrency, how] = process.argv.slice(2) as [string, 'classic' | 'quorum', string, string, 'works' | 'hangs'];
const Work = defineCommand<{ readonly n: number; readonly kills?: boolean }>('crash.work');
const tell = (line: string): boolean => process.stdout.write(`${line}\n`); // into a pipe it writes at once

const work = handler(Work, async ({ n, kills }) => {
  tell(`begin ${n}`);
  if (kills === true) process.kill(process.pid, 'SIGKILL');
  if (how === 'hangs') await new Promise(() => undefined);
  await new Promise(setImmediate);
  tell(`done ${n}`);
});

const bus = createBus({
  name: 'crashing',
  transport: rabbitmq({ url, queue }),
  endpoints: [endpoint(name, { handlers: [work], concurrency: Number(concurrency), prefetch: Number(concurrency) })],
  provisioning: 'apply',
  logger: { ...silentLogger, info: (fields) => fields.event === 'message.suspected' && tell(`suspected ${String(fields['crashes'])}`) },
});
await bus.start();
tell('started');
