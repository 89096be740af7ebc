import { describe, expect, it } from 'vitest';
import type { Command, Event, StandardSchema } from '@waybill/core';
import { createBus, defineCommand, defineEvent } from '@waybill/core';
import type { SendOutcome } from '@waybill/core/transport';
import { Sender } from '../../src/bus/sender.ts';
import { MessageHeaders } from '../../src/messages/message-headers.ts';
import { IncomingContext } from '../../src/pipeline/incoming-context.ts';
import type { OutgoingContext } from '../../src/pipeline/outgoing-context.ts';
import { ReplyLedger } from '../../src/replies/reply-ledger.ts';
import { RouteTable } from '../../src/routing/route-table.ts';
import { accepted, fakeTransport } from '../support/fake-transport.ts';
import { manualRuntime } from '../support/manual-runtime.ts';
import { gate, outcomeOf } from '../support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');
const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');
const slowly: StandardSchema<{ readonly n: number }> = {
  '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: value as { readonly n: number } }) },
};
const SlowWork = defineCommand('jobs.slow-work', { schema: slowly });

const startedBus = async (send?: () => Promise<readonly SendOutcome[]>) => {
  const runtime = manualRuntime();
  const transport = fakeTransport(send === undefined ? {} : { send });
  const bus = createBus({ transport, runtime, publishTimeout: 1_000 });
  await bus.start();
  transport.calls.length = 0;
  return { bus, transport, runtime };
};

describe('a send', () => {
  it('reaches the transport within the call, where no step waits', async () => {
    const { bus, transport } = await startedBus();
    const sending = bus.send(Work, { n: 1 });
    expect(transport.calls).toEqual(['send 1']);
    await expect(sending).resolves.toBeUndefined();
    await bus.stop();
  });

  it('of an event waits for its topic the first time, and never again', async () => {
    const { bus, transport } = await startedBus();
    const first = bus.publish(Done, { n: 1 });
    expect(transport.calls).toEqual([]);
    await first;
    const second = bus.publish(Done, { n: 2 });
    expect(transport.calls).toEqual(['send 1', 'send 1']);
    await second;
    await bus.stop();
  });

  it('waits for a schema that validates asynchronously', async () => {
    const { bus, transport } = await startedBus();
    const sending = bus.send(SlowWork, { n: 1 });
    expect(transport.calls).toEqual([]);
    await sending;
    expect(transport.calls).toEqual(['send 1']);
    await bus.stop();
  });

  it('resolves only when the broker has answered', async () => {
    const answer = gate<readonly SendOutcome[]>();
    const { bus, runtime } = await startedBus(() => answer.promise);
    let sent = false;
    const sending = bus.send(Work, { n: 1 }).then(() => (sent = true));
    await runtime.settle();
    expect(sent).toBe(false);
    answer.resolve([accepted()]);
    await sending;
    await bus.stop();
  });

  it('ends in time with the message id to send it again by, and its signal ends it earlier', async () => {
    const { bus, runtime } = await startedBus(() => new Promise(() => undefined));
    const late = outcomeOf(bus.send(Work, { n: 1 }, { messageId: 'the-id' }));
    await runtime.advance(1_000);
    expect(await late).toMatchObject({ code: 'SEND_OUTCOME_UNKNOWN', details: { messageId: 'the-id', outcome: 'unknown' } });
    const giveUp = new AbortController();
    const early = outcomeOf(bus.send(Work, { n: 1 }, { signal: giveUp.signal }));
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await early).toMatchObject({ code: 'SEND_OUTCOME_UNKNOWN', cause: reason });
    expect(await outcomeOf(bus.send(Work, { n: 1 }, { signal: giveUp.signal }))).toMatchObject({ code: 'SEND_REJECTED', cause: reason });
    expect(runtime.pendingTimers()).toBe(0);
    await bus.stop();
  });

  it('ends as unknown when the bus stops meanwhile', async () => {
    const { bus, runtime } = await startedBus(() => new Promise(() => undefined));
    const sending = outcomeOf(bus.send(Work, { n: 1 }));
    await bus.stop();
    expect(await sending).toMatchObject({ code: 'SEND_OUTCOME_UNKNOWN' });
    expect(runtime.pendingTimers()).toBe(0);
  });
});

describe('the error of a dispatch', () => {
  const entries = ['a', 'b'].map((id) => ({
    destination: { kind: 'endpoint', name: 'jobs' } as const,
    headers: new Map([['waybill-id', id]]),
    body: new Uint8Array(),
  }));
  const dispatching = async (...outcomes: readonly SendOutcome[]): Promise<unknown> => {
    const transport = fakeTransport({ send: () => outcomes });
    return outcomeOf((async () => senderOn(transport).dispatch(entries))());
  };

  it('is that of the first entry that was not accepted', async () => {
    expect(await dispatching(accepted(), { status: 'rejected', code: 'LANE_BLOCKED', retryable: true })).toMatchObject({
      code: 'LANE_BLOCKED',
      details: { messageId: 'b', destination: 'the endpoint "jobs"', retryable: true },
    });
    expect(await dispatching({ status: 'unknown' }, { status: 'rejected', code: 'LANE_BLOCKED', retryable: true })).toMatchObject({
      code: 'SEND_OUTCOME_UNKNOWN',
      details: { messageId: 'a' },
    });
    expect(await dispatching(accepted())).toMatchObject({ code: 'SEND_OUTCOME_UNKNOWN', details: { messageId: 'b' } });
    expect(await dispatching(accepted(), accepted())).toBeUndefined();
  });

  it('names no rule for entries that no route chose', async () => {
    expect(await dispatching({ status: 'rejected', code: 'UNROUTABLE', retryable: false }, accepted())).toMatchObject({
      message: expect.not.stringContaining('chosen') as string,
    });
  });
});

describe('a capture', () => {
  it('is done at the call where no step waits, and later where one does', async () => {
    const sender = senderOn(fakeTransport());
    const parent = new IncomingContext(
      { message: { headers: new Map(), body: new Uint8Array() }, nativeId: 'native-1', lost: new AbortController().signal },
      MessageHeaders.empty(),
      {
        endpoint: 'jobs',
        aborted: new AbortController().signal,
        stopping: new AbortController().signal,
        left: new AbortController().signal,
        captureReply: () => undefined,
        captureAll: () => Promise.resolve([]),
        request: () => Promise.resolve(),
        capture: (context, kind, contract, message, options) => sender.capture(context, kind, contract, message, options),
      },
      1,
    );
    void parent.send(Work, { n: 1 });
    expect([parent.captured.length, parent.isCapturing]).toEqual([1, false]);
    void parent.send(SlowWork, { n: 2 });
    expect([parent.captured.length, parent.isCapturing]).toEqual([1, true]);
    await parent.whenCaptured();
    expect([parent.captured.length, parent.isCapturing]).toEqual([2, false]);
    parent.end();
    expect(await outcomeOf(parent.send(Work, { n: 3 }))).toMatchObject({ code: 'ATTEMPT_ENDED' });
    expect(parent.captured.length).toBe(2);
  });
});

function senderOn(transport: ReturnType<typeof fakeTransport>): Sender {
  const routes = new RouteTable({ routes: new Map(), own: new Map(), handled: new Map(), declared: undefined, namespace: undefined });
  return new Sender({
    transport,
    routes,
    ledger: new ReplyLedger(transport, manualRuntime()),
    declareTopic: () => undefined,
    assertTopic: () => undefined,
    run: (context: OutgoingContext) => {
      context.destination = routes.destinationOf(context.contract, undefined);
      context.serialized = true;
      return context.contract.name === SlowWork.name ? Promise.resolve() : undefined;
    },
  });
}
