import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BusOptions, Command, EndpointOptions, LogFields } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { systemRuntime } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a bus with one endpoint, sends to it from outside, and gives what was logged until the bus had stopped. */
async function logOf(
  options: EndpointOptions,
  messages: readonly { readonly name?: string; readonly id: string; readonly key?: string }[],
  level: 'info' | 'warn' = 'warn',
): Promise<readonly LogFields[]> {
  const logged: LogFields[] = [];
  const log = (fields: LogFields): void => void logged.push(fields);
  const logger = { ...silentLogger, ...(level === 'info' ? { info: log } : {}), warn: log, error: log };
  await runBus({ logger }, options, messages);
  return logged;
}

async function runBus(
  more: Partial<BusOptions>,
  options: EndpointOptions,
  messages: readonly { readonly name?: string; readonly id: string; readonly key?: string }[],
): Promise<void> {
  const broker = memoryBroker();
  const bus = createBus({ transport: memory({ broker }), endpoints: [endpoint('jobs', options)], ...more } as BusOptions);
  await bus.start();
  const outside = memory({ broker });
  const runtime = systemRuntime({ logger: silentLogger });
  await outside.open({ runtime, onState: () => undefined });
  const entries = messages.map(({ name = 'jobs.work', id, key }) => ({
    destination: { kind: 'endpoint' as const, name: 'jobs' },
    headers: new Map([
      ['waybill-name', name],
      ['waybill-id', id],
    ]),
    body: new TextEncoder().encode('{"n":1}'),
    partitionKey: key,
  }));
  await outside.send(entries, {});
  await outside.close();
  for (let turn = 0; turn < 5; turn += 1) await runtime.yield(); // handlers here wait for nothing
  await bus.stop();
}

describe('what a bus logs', () => {
  const work = handler(Work, () => undefined);

  it.each([
    ['skip', 'jobs.skipped'],
    ['dead-letter', undefined],
    ['discard', undefined],
  ] as const)('a message that nobody handles, with its id and where it went: %s', async (onUnknown, place) => {
    const logged = await logOf({ handlers: [work], onUnknown }, [{ name: 'jobs.other', id: 'the-id' }]);
    const fields = { endpoint: 'jobs', message: 'jobs.other', messageId: 'the-id', attempt: 1, onUnknown, place };
    expect(logged).toEqual([{ event: 'message.skipped', ...fields }]);
  });

  it('each retry in process at info, with the error behind it, and nothing above', async () => {
    let tries = 0;
    const flaky = handler(Work, () => {
      tries += 1;
      if (tries < 3) throw new TypeError(`try ${tries}`);
    });
    const logged = await logOf({ handlers: [flaky], recovery: { retries: 2 } }, [{ id: 'the-id' }], 'info');
    expect(logged.filter(({ event }) => event === 'message.retried')).toEqual(
      [1, 2].map((attempt) => ({
        event: 'message.retried',
        endpoint: 'jobs',
        messageId: 'the-id',
        message: 'jobs.work',
        attempt,
        delayMs: 0,
        error: `TypeError: try ${attempt}`,
      })),
    );
    tries = 0;
    expect(await logOf({ handlers: [flaky], recovery: { retries: 2 } }, [{ id: 'the-id' }])).toEqual([]);
  });

  it('the first message without a partition key at an ordered endpoint, and no other', async () => {
    const logged = await logOf({ handlers: [work], ordered: true }, [{ id: 'a', key: 'k' }, { id: 'b' }, { id: 'c' }]);
    expect(logged).toEqual([{ event: 'message.unordered', endpoint: 'jobs', message: 'jobs.work', messageId: 'b', attempt: 1 }]);
    expect(await logOf({ handlers: [work] }, [{ id: 'b' }])).toEqual([]);
  });

  it('goes to the console where no logger is given: warnings and errors, and nothing while all is well', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const others = (['debug', 'info', 'log', 'error'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => undefined),
    );
    await runBus({}, { handlers: [work] }, [{ id: 'a' }]);
    expect(warn).not.toHaveBeenCalled();
    await runBus({}, { handlers: [work] }, [{ id: 'a', name: 'jobs.other' }]);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^message\.skipped: /), expect.objectContaining({ messageId: 'a' })]]);
    await runBus({ logger: silentLogger }, { handlers: [work] }, [{ id: 'a', name: 'jobs.other' }]);
    expect(warn).toHaveBeenCalledTimes(1);
    for (const other of others) expect(other).not.toHaveBeenCalled();
  });
});
