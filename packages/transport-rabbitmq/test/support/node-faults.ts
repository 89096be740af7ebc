import type { FaultKind, FaultPort, InjectedFault } from '@waybill/conformance';
import type { BrokerControl, FaultLog } from '@waybill/fault-kit';

/** Somebody whose password and rights are taken away. */
export const USER = { name: 'conformance', password: 'known' } as const;

interface NodeFault {
  /** What stands in the log of the broker when it has happened. */
  readonly logged: string;
  readonly begin: (node: BrokerControl) => Promise<void>;
  readonly end?: (node: BrokerControl) => Promise<void>;
}

const ALL = ['declare', 'send', 'receive'] as const;

const nodeFaults = (alarm: 'memory' | 'disk'): ReadonlyMap<FaultKind, NodeFault> =>
  new Map<FaultKind, NodeFault>([
    ['restart', { logged: 'kill', begin: (node) => killed(node).then(() => node.start()) }],
    ['down', { logged: 'kill', begin: killed, end: (node) => node.start() }],
    ['block', { logged: 'alarm', begin: (node) => node.setAlarm(true, alarm), end: (node) => node.setAlarm(false, alarm) }],
    [
      'revoke-credentials',
      { logged: 'close-connections', begin: (node) => revoked(node), end: (node) => node.setPassword(USER.name, USER.password) },
    ],
    [
      'forbid',
      { logged: 'rights', begin: (node) => node.setRights(USER.name, ['send', 'receive']), end: (node) => node.setRights(USER.name, ALL) },
    ],
  ]);

/** What was declared a moment before is there again, as it is on every broker that was up for a second. */
async function killed(node: BrokerControl): Promise<void> {
  await node.flush();
  await node.kill();
}

async function revoked(node: BrokerControl): Promise<void> {
  await node.setPassword(USER.name, 'another');
  await node.closeConnections('your password has changed');
}

/** The faults that a broker of one's own makes itself. All that share it are hit. */
export class NodeFaults implements FaultPort {
  readonly kinds: ReadonlySet<FaultKind>;
  readonly #node: BrokerControl;
  readonly #faults: ReadonlyMap<FaultKind, NodeFault>;
  readonly #happened = new Map<FaultKind, number>();

  constructor(node: BrokerControl, alarm: 'memory' | 'disk') {
    this.#node = node;
    this.#faults = nodeFaults(alarm);
    this.kinds = new Set(this.#faults.keys());
  }

  get log(): FaultLog {
    return this.#node.faults;
  }

  happened(kind: FaultKind): number {
    return this.#happened.get(kind) ?? 0;
  }

  async inject(kind: FaultKind): Promise<InjectedFault> {
    const fault = this.#faults.get(kind) as NodeFault;
    const before = this.log.happened(fault.logged);
    await fault.begin(this.#node);
    if (this.log.happened(fault.logged) > before) this.#happened.set(kind, this.happened(kind) + 1);
    let ended: Promise<void> | undefined;
    return { end: () => (ended ??= fault.end?.(this.#node) ?? Promise.resolve()) };
  }
}
