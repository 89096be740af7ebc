import { getEventListeners } from 'node:events';
import { MessageHeaders } from '@waybill/core/transport';
import { expect, it } from 'vitest';
import { IncomingContext } from '../../src/pipeline/incoming-context.ts';
import type { IncomingSurroundings } from '../../src/pipeline/incoming-context.ts';

const nothing = (): never => {
  throw new Error('nobody asks for this');
};

/** An attempt, and the two who may abort its signal. */
function attempt() {
  const [bus, lost] = [new AbortController(), new AbortController()];
  const surroundings: IncomingSurroundings = {
    endpoint: 'jobs',
    capture: nothing,
    captureAll: nothing,
    captureReply: nothing,
    request: nothing,
    aborted: bus.signal,
    stopping: bus.signal,
    left: bus.signal,
  };
  const message = { headers: MessageHeaders.empty(), body: new Uint8Array() };
  const context = new IncomingContext({ message, nativeId: '1', lost: lost.signal }, message.headers, surroundings, 1);
  return { bus, lost, context };
}

it.each(['bus', 'lost'] as const)('the signal of an attempt aborts with that of: %s, and with its reason', (which) => {
  const { context, ...signals } = attempt();
  const { signal } = context;
  signals[which].abort('enough');
  expect([signal.aborted, signal.reason]).toEqual([true, 'enough']);
  const late = attempt();
  late[which].abort('enough');
  expect(late.context.signal.reason).toBe('enough');
});

it('an attempt that has ended is kept by nobody, though its handler still listens to its signal', () => {
  const { context, bus, lost } = attempt();
  context.signal.addEventListener('abort', nothing);
  expect(getEventListeners(bus.signal, 'abort').length).toBe(1);
  context.end();
  expect([bus, lost].flatMap(({ signal }) => getEventListeners(signal, 'abort'))).toEqual([]);
  bus.abort();
  expect(context.signal.aborted).toBe(false);
});
