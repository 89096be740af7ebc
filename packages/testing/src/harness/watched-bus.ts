import type { Bus, Contract } from '@waybill/core';

/** What watches over the requests of a test. */
export interface RequestWatch {
  /** Settles as the request does, or rejects when it waits for time that nobody lets pass. */
  readonly watch: <T>(contract: Contract, asked: Promise<T>) => Promise<T>;
}

type Request = (contract: Contract, ...rest: readonly unknown[]) => Promise<unknown>;

/** The bus as a test gets it: a request that waits for time to pass does not wait for ever. */
export function watchedBus(bus: Bus, { watch }: RequestWatch): Bus {
  const request: Request = (contract, ...rest) => watch(contract, (bus.request.bind(bus) as unknown as Request)(contract, ...rest));
  return new Proxy(bus, {
    get: (target, member) => {
      if (member === 'request') return request;
      const value: unknown = Reflect.get(target, member, target);
      return typeof value === 'function' ? (value as (...parameters: never[]) => unknown).bind(target) : value;
    },
  });
}
