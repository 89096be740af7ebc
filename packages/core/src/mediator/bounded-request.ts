import { MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { RequestOptions } from '../pipeline/message-sender.ts';
import { aborted } from '../replies/pending-request.ts';
import { toMilliseconds } from '../runtime/duration.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';

/**
 * Makes a request that ends with its timeout or its signal, whatever its handler does. The handler's signal aborts then, and it
 * runs on unheard. Leaves no timer and no listener behind.
 * @param start begins the request, with the signal for its handler
 */
export function boundedRequest(
  contract: Contract,
  { timeout, signal }: RequestOptions,
  runtime: Runtime,
  start: (signal: AbortSignal) => Promise<unknown>,
): Promise<unknown> {
  const timeoutMs = timeout === undefined ? undefined : toMilliseconds(timeout, 'timeout');
  if (signal?.aborted === true) throw aborted(contract, [signal]);
  const givenUp = new AbortController();
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    const end = (): void => {
      timer?.cancel();
      signal?.removeEventListener('abort', onAbort);
    };
    const giveUp = (reason: MessageError): void => {
      end();
      givenUp.abort(reason);
      reject(reason);
    };
    const onAbort = (): void => giveUp(aborted(contract, [signal as AbortSignal]));
    signal?.addEventListener('abort', onAbort, { once: true });
    if (timeoutMs !== undefined) timer = runtime.setTimer(timeoutMs, () => giveUp(timedOut(contract, timeoutMs)));
    start(givenUp.signal).finally(end).then(resolve, reject);
  });
}

function timedOut(contract: Contract, timeoutMs: number): MessageError {
  return new MessageError(
    'REQUEST_TIMEOUT',
    `No reply to "${contract.name}" came within ${timeoutMs} ms. Its handler runs on; end it when its signal aborts.`,
    { details: { contract: contract.name, timeoutMs } },
  );
}
