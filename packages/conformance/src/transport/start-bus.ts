import type { Bus, BusBaseOptions, Endpoint } from '@waybill/core';
import { createBus } from '@waybill/core';
import { BUSY_MACHINE } from './busy-machine.ts';
import type { CaseHarness } from './case-harness.ts';

/** Options of {@link startBus}: those of a bus, without what the harness gives. */
export type CaseBusOptions = Omit<BusBaseOptions, 'transport' | 'runtime' | 'logger'> & { readonly endpoints?: readonly Endpoint[] };

/** A bus on a new transport of the harness, in the runtime of the case; stopped after it. It has not started. */
export function makeBus(harness: CaseHarness, options: CaseBusOptions = {}): Bus {
  const bus = createBus({
    name: 'conformance',
    provisioning: 'apply',
    ...options,
    endpoints: (options.endpoints ?? []).map((one) => ({ ...BUSY_MACHINE, ...one })),
    transport: harness.createBare(),
    runtime: harness.runtime,
  });
  harness.own(() => bus.stop());
  return bus;
}

/** As {@link makeBus}, and started. */
export async function startBus(harness: CaseHarness, options: CaseBusOptions = {}): Promise<Bus> {
  const bus = makeBus(harness, options);
  await harness.within(harness.patienceMs, 'the start of a bus', bus.start());
  return bus;
}
