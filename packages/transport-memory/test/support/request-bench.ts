import type { Bus, BusOptions, Endpoint, HandlerList } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, typed } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { systemRuntime } from '@waybill/core/transport';
import type { MemoryBroker } from '../../src/index.ts';
import { memory, memoryBroker } from '../../src/index.ts';
import type { ManualRuntime } from './manual-runtime.ts';
import { manualRuntime } from './manual-runtime.ts';

export interface View {
  readonly total: number;
}
export const GetOrder = defineQuery<{ readonly orderId: string }, View>('orders.get-order');
export const Reserve = defineCommand<{ readonly orderId: string }, View>('orders.reserve', { reply: true });
export const Ship = defineCommand<{ readonly orderId: string }>('orders.ship');
export const Shipped = defineEvent<{ readonly orderId: string }>('orders.shipped');
export const Named = defineQuery('orders.named', {
  schema: typed<{ readonly orderId: string }>(),
  replies: { found: typed<View>(), missing: typed<{ readonly reason: string }>() },
});

export const order = { orderId: '1' };
export const never = new Promise<never>(() => undefined);
export const gate = () => {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => {
      throw new Error(`it resolved: ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );

export interface Service {
  readonly bus: Bus;
  readonly runtime: ManualRuntime;
}
export async function start(
  handlers: HandlerList,
  options: Partial<BusOptions> & { readonly broker?: MemoryBroker } = {},
): Promise<Service> {
  const { broker = memoryBroker(), ...rest } = options;
  const runtime = manualRuntime();
  const endpoints: readonly Endpoint[] = handlers.length === 0 ? [] : [endpoint('orders', { handlers })];
  const bus = createBus({ name: 'shop', transport: memory({ broker }), runtime, endpoints, ...rest } as BusOptions);
  await bus.start();
  return { bus, runtime };
}

/** A second transport on the broker, for what an honest bus never sends. */
export async function stranger(broker: MemoryBroker): Promise<IMessageTransport> {
  const transport = memory({ broker });
  await transport.open({ runtime: systemRuntime(), onState: () => undefined });
  return transport;
}

export const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
