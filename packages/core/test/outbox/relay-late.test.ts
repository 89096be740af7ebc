import { HEADERS } from '@waybill/core/transport';
import type { SendOutcome, TransportEntry } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import { relaySender } from '../../src/bus/relay-sender.ts';
import type { RelayProcess } from '../support/relay-bench.ts';
import { RelayBench } from '../support/relay-bench.ts';
import { gate } from '../support/waiting.ts';

/** Once, where the process lets the event loop turn. */
function atNextYield(process: RelayProcess, act: () => void): void {
  process.onYield = () => {
    process.onYield = () => undefined;
    act();
  };
}

describe('rows whose lease has run out before they were handed over', () => {
  it.each([
    { heldMs: 15_001, what: 'is over' },
    { heldMs: 13_500, what: 'is nearly over' },
  ])('do not leave where the lease $what: they are read anew, and have not failed', async ({ heldMs }) => {
    const bench = await new RelayBench().open();
    await bench.add(['m1', 'k'], 'm2', ['m3', 'k']);
    const process = bench.process({ batchSize: 10, lease: '15s' });
    const leasesAtSend: number[] = [];
    bench.broker.verdictOf = () => {
      leasesAtSend.push(process.statements.filter((one) => one === 'lease').length);
      return undefined;
    };
    atNextYield(process, () => (process.sleptMs = -heldMs)); // the timers come late
    process.relay.start();
    await bench.runtime.advance(60);
    expect(bench.broker.calls).toEqual([['m1', 'm2', 'm3']]);
    expect(leasesAtSend).toEqual([2, 2, 2]);
    expect(process.statements).not.toContain('markFailed');
    expect(await bench.left()).toBe(0);
  });

  it('are no fault of the broker, however often that happens', async () => {
    const bench = await new RelayBench().open();
    await bench.add(...Array.from({ length: 12 }, (_, index) => `m${index}`));
    const process = bench.process({ batchSize: 12, lease: '15s' });
    let times = 30;
    process.onYield = () => {
      if ((times -= 1) >= 0) process.sleptMs -= 20_000;
    };
    process.relay.start();
    await bench.runtime.advance(5_000);
    expect(bench.broker.calls.map(({ length }) => length)).toEqual([4, 4, 4]);
    expect([process.monitor.faults, process.events('outbox.stalled'), await bench.left()]).toEqual([[], 0, 0]);
  });

  it('do not leave where the time of a stop has ended meanwhile', async () => {
    const bench = await new RelayBench().open();
    await bench.add('m1');
    const process = bench.process();
    let isStopped = false;
    atNextYield(process, () => void process.relay.stop({ limitMs: 0, leaveMs: 100 }).then(() => (isStopped = true)));
    process.relay.start();
    await bench.runtime.advance(200);
    expect([isStopped, process.sent, await bench.left()]).toEqual([true, [], 1]);
  });
});

describe('events whose topics are not there yet', () => {
  const event = (id: string, topic: string): TransportEntry => ({
    destination: { kind: 'topic', name: topic },
    headers: new Map([
      [HEADERS.id, id],
      [HEADERS.name, topic],
    ]),
    body: new Uint8Array(),
  });
  const entries = [event('m1', 'there'), event('m2', 'new')];

  function declaring() {
    const declared = gate();
    const sent: (readonly TransportEntry[])[] = [];
    const send = relaySender({
      sender: {
        sendEntries: (those) => {
          sent.push(those);
          return those.map((): SendOutcome => ({ status: 'accepted', nativeId: '1' }));
        },
      },
      keeper: { declareStored: (topic) => (topic === 'new' ? declared.promise : undefined) },
      recorder: undefined,
    });
    return { declared, sent, send };
  }

  it('leave when they are declared in time', async () => {
    const { declared, sent, send } = declaring();
    const sending = send(entries, new AbortController().signal, { isOver: false });
    declared.resolve();
    expect(await sending).toMatchObject([{ status: 'accepted' }, { status: 'accepted' }]);
    expect(sent).toEqual([entries]);
  });

  it('do not leave when the time was over before that, nor do the others beside them', async () => {
    const { declared, sent, send } = declaring();
    const time = { isOver: false };
    const sending = send(entries, new AbortController().signal, time);
    time.isOver = true;
    declared.resolve();
    expect([await sending, sent]).toEqual([undefined, []]);
  });
});
