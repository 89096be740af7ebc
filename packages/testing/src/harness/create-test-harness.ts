import type { BusOptions, Endpoint, RelayOptions } from '@waybill/core';
import { createBus } from '@waybill/core';
import { jsonSerializer } from '@waybill/core/serialization';
import { toMilliseconds } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker } from '@waybill/transport-memory';
import { SeededFaults } from '../faults/seeded-faults.ts';
import { Recorder } from '../recording/recorder.ts';
import { RecordingTransport } from '../recording/recording-transport.ts';
import { wireReader } from '../recording/wire-reader.ts';
import { Activity } from './activity.ts';
import { assertHarnessOptions } from './assert-harness-options.ts';
import { HarnessClock } from './clock.ts';
import type { HarnessSettings, TestHarnessOptions } from './harness-options.ts';
import { MemoryTestHarness } from './memory-test-harness.ts';
import type { TestHarness } from './test-harness.ts';
import { TrafficWatch } from './traffic-watch.ts';

/** Every commit wakes it: looking for more every few seconds would only make days of virtual time long. */
const RELAY: RelayOptions = { lease: '3h', pollMax: '1h' };

/**
 * Makes a harness and starts its bus: the real pipeline on the memory transport, with a virtual clock.
 *
 * ```ts no-check
 * await using harness = await createTestHarness({ handlers: [submitOrder] });
 * await harness.bus.send(SubmitOrder, { orderId: '1', total: 12 });
 * await harness.published(OrderSubmitted, { orderId: '1' });
 * ```
 * @throws ConfigurationError `OPTION_INVALID`, `CONFIGURATION_INVALID`, and those of `bus.start()`
 */
export async function createTestHarness(options: TestHarnessOptions = {}): Promise<TestHarness> {
  assertHarnessOptions(options);
  const { settings, bus: busOptions } = split(options);
  const seed = settings.seed ?? settings.faults?.seed ?? 1;
  const runtime = runtimeOf(settings, seed);
  const elapsed = (): number => runtime.monotonic();
  const broker = memoryBroker({ random: () => runtime.random(), ...given({ like: settings.like }) });
  const inner = memory({ broker });
  const faults = settings.faults === undefined ? undefined : new SeededFaults({ ...settings.faults, seed }, broker);
  const activity = new Activity();
  const recorder = new Recorder({ elapsed, read: wireReader(options.serializers ?? [jsonSerializer()]) });
  const accepts = settings.otherEndpoints !== 'refuse';
  const traffic = new TrafficWatch({ recorder, activity, faults, broker, topology: inner.topology, elapsed, accepts });
  const bus = createBus({
    name: 'test',
    provisioning: 'apply',
    drainTimeout: 0,
    ...(options.store === undefined ? {} : { relay: RELAY }),
    ...inMemory(busOptions),
    transport: new RecordingTransport(inner, traffic),
    runtime: activity.watch(runtime),
    middleware: [activity.middleware, ...listed(options.middleware)],
    sendMiddleware: [traffic.sendMiddleware, ...listed(options.sendMiddleware)],
    observers: [(event) => recorder.observe(event), (event) => activity.observe(event), ...listed(options.observers)],
  } as BusOptions);
  const clock = new HarnessClock({ runtime, activity, patienceMs: toMilliseconds(settings.patience ?? '1500ms', 'patience') });
  const { deadLetters } = inner;
  const hasStore = options.store !== undefined;
  const harness = new MemoryTestHarness({ bus, clock, runtime, recorder, faults, traffic, seed, deadLetters, broker, hasStore });
  await harness.start();
  return harness;
}

function runtimeOf({ logger, startsAt }: HarnessSettings, seed: number): VirtualRuntime {
  return virtualRuntime({ seed, ids: 'seeded', ...given({ logger, startsAt: startsAt?.getTime() }) });
}

/** Endpoints without what was meant for the transport of production. */
function inMemory(options: Partial<BusOptions>): Partial<BusOptions> {
  if (!Array.isArray(options.endpoints)) return options;
  const endpoints = (options.endpoints as readonly Endpoint<string>[]).map((one) => ({ ...one, transport: undefined }));
  return { ...options, endpoints } as Partial<BusOptions>;
}

/** What is not `undefined`. */
function given<T extends object>(options: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}

const listed = <T>(list: readonly T[] | undefined): readonly T[] => list ?? [];

/** What is the harness', and what is its bus'. */
function split({ like, patience, startsAt, seed, faults, otherEndpoints, logger, ...bus }: TestHarnessOptions): {
  readonly settings: HarnessSettings;
  readonly bus: Partial<BusOptions>;
} {
  return { settings: given({ like, patience, startsAt, seed, faults, otherEndpoints, logger }), bus };
}
