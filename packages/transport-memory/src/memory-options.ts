import { ConfigurationError } from '@waybill/core/transport';
import type { BrokerState } from './broker-state.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { memoryBroker, stateOf } from './memory-broker.ts';

/** Options of {@link memory}. */
export interface MemoryOptions {
  /** The largest body, in bytes. @default 262,144, as the smallest real broker */
  readonly maxMessageBytes?: number;
  /** What all headers may weigh together, in bytes. @default 32,768 */
  readonly maxHeaderBytes?: number;
  /** The broker to connect to; share one between the buses of a process. @default one of its own */
  readonly broker?: MemoryBroker;
}

/** {@link MemoryOptions} with everything filled in. */
export type ResolvedMemoryOptions = Required<Omit<MemoryOptions, 'broker'>> & { readonly broker: BrokerState };

/** @throws ConfigurationError `OPTION_INVALID` */
export function resolveMemoryOptions(options: MemoryOptions): ResolvedMemoryOptions {
  return Object.freeze({
    maxMessageBytes: positive('maxMessageBytes', options.maxMessageBytes ?? 262_144),
    maxHeaderBytes: positive('maxHeaderBytes', options.maxHeaderBytes ?? 32_768),
    broker: stateOf(options.broker ?? memoryBroker()),
  });
}

function positive(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new ConfigurationError('OPTION_INVALID', `\`${option}\` is ${String(value)}. Use a whole number of bytes from 1.`, {
    details: { option },
  });
}
