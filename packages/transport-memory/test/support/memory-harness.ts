import type { FaultKind, FaultPort, InjectedFault, TransportHarness } from '@waybill/conformance';
import type { IMessageTransport } from '@waybill/core/transport';
import { memory, memoryBroker, type MemoryBroker, type MemoryFaults, type MemoryLikeness } from '../../src/index.ts';
import { Processes } from './processes.ts';
import { Refusals } from './refusals.ts';

/** A harness of a memory broker of its own; `change` breaks each of its transports. */
export function memoryHarness(
  like?: MemoryLikeness,
  change: (transport: IMessageTransport) => IMessageTransport = (transport) => transport,
): TransportHarness {
  const refusals = new Refusals();
  const processes = new Processes();
  const broker = memoryBroker(like === undefined ? {} : { like });
  return {
    create: () => change(refusals.around(processes.around(memory({ broker })))),
    virtualTime: true,
    faults: memoryFaultPort(broker, refusals, processes),
    leftovers: () => broker.inUse(),
  };
}

const NOTHING_TO_END: InjectedFault = { end: () => Promise.resolve() };

/** The faults of the memory broker in the suite's words. */
function memoryFaultPort({ faults }: MemoryBroker, refusals: Refusals, processes: Processes): FaultPort {
  const armed = armedFaults(faults);
  const immediate = immediateFaults(faults, processes);
  const lasting = lastingFaults(faults, refusals);
  const hits = new Map<FaultKind, number>();
  const countIfHit = (kind: FaultKind, hit: number): void => {
    if (hit > 0) hits.set(kind, (hits.get(kind) ?? 0) + 1);
  };
  return {
    kinds: new Set([...armed.keys(), ...immediate.keys(), ...lasting.keys()]),
    inject: (kind, { count = 1, endpoint } = {}) => {
      armed.get(kind)?.arm(count);
      countIfHit(kind, immediate.get(kind)?.(endpoint) ?? 0);
      const end = lasting.get(kind)?.();
      return Promise.resolve(end === undefined ? NOTHING_TO_END : { end: once(() => countIfHit(kind, end())) });
    },
    calm: () => faults.calm(),
    happened: (kind) => armed.get(kind)?.struck() ?? hits.get(kind) ?? 0,
  };
}

const once = (work: () => void): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => (done ??= Promise.resolve().then(work));
};

interface ArmedFault {
  arm(count: number): void;
  struck(): number;
}

const armedFaults = (faults: MemoryFaults): ReadonlyMap<FaultKind, ArmedFault> =>
  new Map<FaultKind, ArmedFault>([
    ['drop-confirm', { arm: (count) => faults.dropConfirms(count), struck: () => faults.struck('dropConfirm') }],
    ['reject-send', { arm: (count) => faults.rejectSends(count), struck: () => faults.struck('rejectSend') }],
    ['duplicate', { arm: (count) => faults.duplicate(count), struck: () => faults.struck('duplicate') }],
    ['fail-open', { arm: (count) => faults.failOpens(count), struck: () => faults.struck('failOpen') }],
    ['fail-settlement', { arm: (count) => faults.failSettlements(count), struck: () => faults.struck('failSettlement') }],
  ]);

const immediateFaults = (faults: MemoryFaults, processes: Processes): ReadonlyMap<FaultKind, (endpoint: string | undefined) => number> =>
  new Map<FaultKind, (endpoint: string | undefined) => number>([
    ['reorder', (endpoint) => (endpoint === undefined ? 0 : faults.reorder(endpoint))],
    ['expire-lock', (endpoint) => faults.expireLocks(endpoint)],
    ['lose-partition', (endpoint) => faults.losePartitions(endpoint)],
    ['cut', () => faults.cutConnections()],
    ['restart', () => faults.crash()],
    ['kill-consumer', (endpoint) => processes.kill(endpoint)],
  ]);

/** Each begins, and gives a function that ends it and tells how often it has struck meanwhile. */
const lastingFaults = (faults: MemoryFaults, refusals: Refusals): ReadonlyMap<FaultKind, () => () => number> =>
  new Map<FaultKind, () => () => number>([
    [
      'hold-confirm',
      () => {
        const before = faults.struck('holdConfirm');
        const release = faults.holdConfirms();
        return () => {
          release();
          return faults.struck('holdConfirm') - before;
        };
      },
    ],
    ['block', () => refusals.begin('block')],
    ['down', () => refusals.begin('down')],
    ['forbid', () => refusals.begin('forbid')],
    ['refuse-dead-letter', () => refusals.begin('refuse-dead-letter')],
  ]);
