import type { TransportCapabilities } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What must hold of each capability; the type sees to it that none is left out. */
const RULES: { readonly [Name in keyof TransportCapabilities]: (value: TransportCapabilities[Name]) => boolean } = {
  durable: isBoolean,
  delay: ({ maxMs, steps, hop, cancel }) => maxMs >= 0 && ['any', 'policy'].includes(steps) && isBoolean(hop) && isBoolean(cancel),
  redeliver: (value) => ['copy', 'in-place'].includes(value),
  lanes: ({ kind, onWait }) => (kind === 'none' ? onWait.length === 0 : onWait.every((one) => ['hold', 'park', 'pass'].includes(one))),
  fanOut: (value) => ['copy', 'log'].includes(value),
  attempts: ({ kind, countsReleases }) => ['none', 'flag', 'count'].includes(kind) && isBoolean(countsReleases),
  lock: (value) => value === undefined || (value.ms > 0 && value.maxMs >= value.ms),
  ackWithSends: isBoolean,
  enlists: isBoolean,
  dedupe: (value) => value === undefined || (value.windowMs > 0 && ['entity', 'partition'].includes(value.scope)),
  deadLetters: (value) => ['cursor', 'scan'].includes(value),
  replies: (value) => ['channel', 'queue', 'shared'].includes(value),
  unroutable: isBoolean,
  priority: isBoolean,
  ttl: isBoolean,
  batch: ({ count, bytes }) => count >= 1 && bytes >= 1,
  maxMessageBytes: isPositive,
  maxHeaderBytes: isPositive,
  stopSlackMs: (value) => value >= 0 && Number.isFinite(value),
  redeliveryHorizonMs: (value) => value > 0,
};

export const capabilitiesAreComplete: TransportCase = {
  name: 'every capability is declared, with a value that it may have, in general and for an endpoint',
  group: 'declaration',
  run: (harness) => {
    const transport = harness.createBare();
    const name = harness.uniqueName();
    const endpoint = {
      name,
      deadLetter: `${name}.dead-letter`,
      skipped: `${name}.skipped`,
      ordered: true,
      redeliveryDelaysMs: [],
      options: undefined,
    };
    for (const capabilities of [transport.capabilities, transport.capabilitiesOf(endpoint)]) {
      const broken = Object.keys(RULES).filter((key) => !holds(key as keyof TransportCapabilities, capabilities));
      expectThat(broken.length === 0, `the capabilities ${broken.join(', ')} are missing or have a value that they may not have`);
      const unknown = Object.keys(capabilities).filter((key) => !(key in RULES));
      expectThat(unknown.length === 0, `there are no capabilities named ${unknown.join(', ')}`);
    }
    return Promise.resolve('proven');
  },
};

function holds<Name extends keyof TransportCapabilities>(name: Name, capabilities: TransportCapabilities): boolean {
  return name in capabilities && RULES[name](capabilities[name]);
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isPositive(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
