import { ConfigurationError } from '@waybill/core/transport';
import { BrokerState } from './broker-state.ts';

/** A broker in this process, to share between transports. Made by {@link memoryBroker}. */
export interface MemoryBroker {
  /** The endpoints that were declared, in the order of their declaration. */
  endpoints(): readonly string[];
}

const states = new WeakMap<MemoryBroker, BrokerState>();

/** Makes a broker that several transports of one process can share. What it holds is gone with the process. */
export function memoryBroker(): MemoryBroker {
  const state = new BrokerState();
  const broker: MemoryBroker = Object.freeze({ endpoints: () => Array.from(state.places.keys()) });
  states.set(broker, state);
  return broker;
}

/** @throws ConfigurationError `OPTION_INVALID` when it was not made by {@link memoryBroker} */
export function stateOf(broker: MemoryBroker): BrokerState {
  const state = states.get(broker);
  if (state !== undefined) return state;
  throw new ConfigurationError('OPTION_INVALID', '`broker` is no memory broker. Make it with `memoryBroker()`.', {
    details: { option: 'broker' },
  });
}
