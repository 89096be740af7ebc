import type { AnyCommand, AnyEvent, AnyRequest, Bus, Contract, RequestOptions } from '@waybill/core';

/** Brings a message to its handlers by the verb of its contract. A request is made and its answer left to the recordings. */
export async function deliver(bus: Bus, contract: Contract, message: unknown, options: Omit<RequestOptions, 'to'> = {}): Promise<void> {
  if (contract.kind === 'event') await bus.publish(contract as AnyEvent, message, options);
  else if (contract.hasReply) void bus.request(contract as AnyRequest, message, options).catch(() => undefined);
  else await bus.send(contract as AnyCommand, message, options);
}
