import { ConfigurationError, assertOptions, nameValue } from '@waybill/core/transport';
import { BrokerState } from './broker/broker-state.ts';
import type { MemoryFaults } from './memory-faults.ts';
import { memoryFaults } from './memory-faults.ts';
import type { MemoryLikeness } from './memory-presets.ts';
import { MEMORY_NATURES, natureOf } from './memory-presets.ts';

/** Options of {@link memoryBroker}. */
export interface MemoryBrokerOptions {
  /** The broker whose capabilities, limits and nature it takes on. @default none: all that can be done in memory */
  readonly like?: MemoryLikeness;
  /** The largest body, in bytes. @default that of the broker it is like; else 262,144, as the smallest real broker */
  readonly maxMessageBytes?: number;
  /** What all headers may weigh together, in bytes. @default 32,768 */
  readonly maxHeaderBytes?: number;
  /** Chance of the faults, from 0 to 1. Give a seeded one to repeat a run. @default always 0.5 */
  readonly random?: () => number;
}

/** A broker in this process, to share between transports. Made by {@link memoryBroker}. What it holds is gone with the process. */
export interface MemoryBroker {
  /** The endpoints that were declared, in the order of their declaration. */
  endpoints(): readonly string[];
  /** What is in use: open connections, endpoints that somebody receives from, reply inboxes; one line each. Empty when nothing is. */
  inUse(): readonly string[];
  /** What can go wrong here, for tests. */
  readonly faults: MemoryFaults;
}

export const MEMORY_BROKER_OPTIONS: readonly string[] = Object.keys({
  like: true,
  maxMessageBytes: true,
  maxHeaderBytes: true,
  random: true,
} satisfies Record<keyof MemoryBrokerOptions, true>);

const states = new WeakMap<MemoryBroker, BrokerState>();

/**
 * Makes a broker that several transports of one process can share.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function memoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  assertOptions('`memoryBroker`', options, MEMORY_BROKER_OPTIONS);
  const state = new BrokerState(
    natureOf(known(options.like), {
      maxMessageBytes: positive('maxMessageBytes', options.maxMessageBytes),
      maxHeaderBytes: positive('maxHeaderBytes', options.maxHeaderBytes),
    }),
  );
  const broker: MemoryBroker = Object.freeze({
    endpoints: () => Array.from(state.places.keys()),
    inUse: () => inUse(state),
    faults: memoryFaults(state, options.random ?? (() => 0.5)),
  });
  states.set(broker, state);
  return broker;
}

/** @throws ConfigurationError `OPTION_INVALID` when it was not made by {@link memoryBroker} */
export function stateOf(broker: MemoryBroker): BrokerState {
  const state = states.get(broker);
  if (state !== undefined) return state;
  throw invalid('broker', '`broker` is no memory broker. Make it with `memoryBroker()`.');
}

function inUse({ connections, places, replies }: BrokerState): readonly string[] {
  const received = Array.from(places.values()).filter(({ hasTakers }) => hasTakers);
  return [
    ...Array.from(connections, () => 'a connection'),
    ...received.map(({ name }) => `a receiver of ${name}`),
    ...Array.from(replies.keys(), (address) => `the reply inbox ${address}`),
  ];
}

function known(like: MemoryLikeness | undefined): MemoryLikeness | 'memory' {
  if (like === undefined || MEMORY_NATURES.includes(like)) return like ?? 'memory';
  throw invalid('like', `\`like\` is ${nameValue(like)}. Use one of ${MEMORY_NATURES.filter((name) => name !== 'memory').join(', ')}.`);
}

function positive(option: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw invalid(option, `\`${option}\` is ${nameValue(value)}. Use a whole number of bytes from 1.`);
}

function invalid(option: string, message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message, { details: { option } });
}
