import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaseHarness, OwnProcessEnd, TransportCase } from '@waybill/conformance';
import { runAlone, runCase, testTransport, TRANSPORT_CASES, verdictMatrix } from '@waybill/conformance';
import { LOG_EVENTS } from '@waybill/core/transport';
import { memoryHarness } from './support/memory-harness.ts';

const caseThat = (run: (harness: CaseHarness) => Promise<void>, others: Partial<TransportCase> = {}): TransportCase => ({
  name: 'a case',
  group: 'life',
  run: async (harness) => {
    await run(harness);
    return 'proven';
  },
  ...others,
});

const logsAWarning = (harness: CaseHarness): Promise<void> => {
  harness.runtime.logger.warn({ event: LOG_EVENTS.settleLost }, 'too late');
  return Promise.resolve();
};

/** The run's own listeners must not hear what is emitted here by hand. */
async function withoutOthers(event: 'unhandledRejection' | 'warning', work: () => Promise<void>): Promise<void> {
  const listeners = process.listeners(event as 'warning');
  process.removeAllListeners(event);
  try {
    await work();
  } finally {
    for (const listener of listeners) process.on(event as 'warning', listener);
  }
}

describe('after every case the suite', () => {
  it('finds nothing to complain about when nothing happened', async () => {
    expect(
      await runCase(
        caseThat(() => Promise.resolve()),
        memoryHarness(),
      ),
    ).toBe('proven');
  });

  it('fails one that left a rejection to nobody', async () => {
    const one = caseThat(async () => void process.emit('unhandledRejection', new Error('lost'), Promise.resolve()));
    await withoutOthers('unhandledRejection', async () => {
      await expect(runCase(one, memoryHarness())).rejects.toThrow('conformance: a rejection that nobody handled: Error: lost');
    });
  });

  it('fails one that made the process warn, and no longer listens afterwards', async () => {
    const one = caseThat(async () => void process.emit('warning', new Error('too many listeners')));
    await withoutOthers('warning', async () => {
      await expect(runCase(one, memoryHarness())).rejects.toThrow('conformance: a warning of the process: Error: too many listeners');
      expect(process.listenerCount('warning')).toBe(0);
    });
  });

  it('fails one that logged above info, unless it declares the event', async () => {
    await expect(runCase(caseThat(logsAWarning), memoryHarness())).rejects.toThrow(
      'conformance: "delivery.settle-lost" was logged as warn',
    );
    expect(await runCase(caseThat(logsAWarning, { logs: [LOG_EVENTS.settleLost] }), memoryHarness())).toBe('proven');
  });

  it('fails one that left a timer', async () => {
    const one = caseThat(async (harness) => void harness.runtime.setTimer(1_000, () => undefined));
    await expect(runCase(one, memoryHarness())).rejects.toThrow('conformance: 1 timers are left');
  });

  it('fails one that left a connection, and closes what the harness made', async () => {
    const leaves = caseThat(async (harness) => harness.createBare().open(harness.openOptions()));
    await expect(runCase(leaves, memoryHarness())).rejects.toThrow('conformance: open after everything was closed: a connection');
    const closed = caseThat(async (harness) => harness.create().open(harness.openOptions()));
    expect(await runCase(closed, memoryHarness())).toBe('proven');
  });

  it('fails one whose fault did not happen', async () => {
    const one = caseThat(async (harness) => void (await harness.inject('duplicate', { count: 2 })));
    await expect(runCase(one, memoryHarness())).rejects.toThrow(
      'conformance: the fault "duplicate" was asked for 2 times and happened 0 times',
    );
    const atOnce = caseThat(async (harness) => void (await harness.inject('cut')));
    await expect(runCase(atOnce, memoryHarness())).rejects.toThrow('the fault "cut" was asked for 1 times and happened 0 times');
  });

  it('ends all that one left when it failed, so that the next one is not disturbed', async () => {
    const harness = memoryHarness();
    const fails = caseThat(async (one) => {
      await one.createBare().open(one.openOptions());
      one.own(() => Promise.reject(new Error('it does not end')));
      await one.create().open(one.openOptions());
      await one.inject('fail-open');
      throw new Error('conformance: it failed');
    });
    await expect(runCase(fails, harness)).rejects.toThrow('conformance: it failed');
    expect(harness.leftovers?.()).toEqual(['a connection']); // that of the bare transport, which the harness does not know
    const next = caseThat(async (one) => one.create().open(one.openOptions()));
    expect(await runCase(next, harness)).toBe('proven');
  });

  it('does not run one whose fault the harness has not', async () => {
    const one = caseThat(() => Promise.reject(new Error('it was run')), { needsKill: ['reset-at-offset'] });
    expect(await runCase(one, memoryHarness())).toBe('not offered');
    const asks = caseThat(async (harness) => void (await harness.inject('reset-at-offset')));
    await expect(runCase(asks, memoryHarness())).rejects.toThrow('conformance: the harness has no fault "reset-at-offset"');
  });
});

describe('the table of verdicts', () => {
  it('counts by transport, shows what is not proven everywhere, and is a table in Markdown', () => {
    const [first, second] = TRANSPORT_CASES as readonly [TransportCase, TransportCase];
    const matrix = verdictMatrix();
    matrix.record('proven', first, 'one');
    matrix.record('proven', first, 'two');
    matrix.record('refused', second, 'one');
    const text = matrix.toText();
    expect(text).toContain('2 cases, 1 of them proven on all of 2 transports');
    expect(text).toMatch(/one +1 proven +1 refused +0 emulated +0 not offered/);
    expect(text).toMatch(/^r! /m);
    const lines = matrix.toMarkdown().split('\n');
    expect(lines[2]).toBe(`|  | ${first.group} | ${first.name} | proven | proven |`);
    expect(lines[3]).toBe(`|  | ${second.group} | ${second.name} | refused | failed |`);
  });

  it('gets a verdict from every case that was met', async () => {
    const matrix = verdictMatrix();
    const bodies: (() => Promise<void>)[] = [];
    testTransport('memory', memoryHarness(), { describe: (_, body) => body(), it: (_, body) => void bodies.push(body) }, matrix.record);
    expect(bodies.length).toBe(TRANSPORT_CASES.length);
    await bodies[0]?.();
    expect(matrix.toText()).toContain('1 cases, 1 of them proven on all of 1 transports');
  });
});

describe('a process of its own', { timeout: 60_000 }, () => {
  const script = join(import.meta.dirname, 'support/own-process.ts');
  const one = TRANSPORT_CASES.find(({ number }) => number === 49) as TransportCase;
  const judged = (end: OwnProcessEnd): Promise<unknown> => runCase(one, { ...memoryHarness(), alone: () => Promise.resolve(end) });

  it('that lingers after its buses have stopped is seen, and for how long', async () => {
    const end = await runAlone(script, ['memory', 'rabbitmq', 'lingers'], 50_000);
    expect(end).toMatchObject({ exitCode: 0, errors: '' });
    expect(end.lingeredMs).toBeGreaterThan(100); // of 500: on a busy machine we hear late that they have stopped
    await expect(judged(end)).resolves.toBe('proven');
    await expect(judged({ ...end, lingeredMs: 2_001 })).rejects.toThrow('went on for 2001 ms after its bus had stopped');
  });

  it('is killed when patience ends, which is no success', async () => {
    const end = await runAlone(script, ['memory'], 1);
    expect(end).toEqual({ exitCode: null, lingeredMs: undefined, errors: '' });
    await expect(judged(end)).rejects.toThrow('conformance: the bus in the process never stopped');
    await expect(judged({ ...end, lingeredMs: 1 })).rejects.toThrow('conformance: the process ended with null, or was killed');
  });
});
