import type { Bus, Command, EndpointOptions, LogFields } from '@waybill/core';
import { createBus, defineCommand, endpoint, silentLogger } from '@waybill/core';
import type { DeadLetter, IMessageTransport } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryBroker, MemoryBrokerOptions } from '../../src/index.ts';
import { memory, memoryBroker } from '../../src/index.ts';

export interface Work {
  readonly n: number;
}
export const Work: Command<Work> = defineCommand('jobs.work');

/** A bus with one endpoint `jobs` in virtual time, what it logged above `info`, and a look at its broker from outside. */
export interface RecoveryBench {
  readonly bus: Bus;
  readonly broker: MemoryBroker;
  readonly runtime: VirtualRuntime;
  readonly logged: LogFields[];
  readonly outside: IMessageTransport;
  /** The dead letters of `jobs`: reason, error, attempt. */
  deadLetters(): Promise<readonly string[]>;
  letters(): Promise<readonly DeadLetter[]>;
  /** How often each event was logged. */
  times(event: string): number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts it; the bus is stopped, and the rest closed, at the end of the scope. */
export async function recoveryBench(
  options: EndpointOptions,
  more: { readonly broker?: MemoryBrokerOptions; readonly wrap?: (transport: IMessageTransport) => IMessageTransport } = {},
): Promise<RecoveryBench> {
  const logged: LogFields[] = [];
  const log = (fields: LogFields): void => void logged.push(fields);
  const runtime = virtualRuntime({ logger: { ...silentLogger, warn: log, error: log } });
  const broker = memoryBroker(more.broker ?? {});
  const wrap = more.wrap ?? ((transport: IMessageTransport) => transport);
  const bus = createBus({ transport: wrap(memory({ broker })), runtime, endpoints: [endpoint('jobs', options)] });
  await bus.start();
  const outside = memory({ broker });
  await outside.open({ runtime, onState: () => undefined });
  const letters = async (): Promise<readonly DeadLetter[]> => (await outside.deadLetters.list('jobs', { limit: 100 })).letters;
  return {
    bus,
    broker,
    runtime,
    logged,
    outside,
    letters,
    deadLetters: async () =>
      (await letters()).map(({ message: { headers } }) =>
        [headers.get(HEADERS.reason), headers.get(HEADERS.error), headers.get(HEADERS.attempt)].join(' | '),
      ),
    times: (event) => logged.filter((fields) => fields.event === event).length,
    [Symbol.asyncDispose]: async () => {
      const stopped = bus.stop();
      await runtime.advance(60_000);
      await stopped;
      await outside.close();
    },
  };
}
