import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeOwn } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';

import { boundsOf } from '../src/bounds.ts';
import { parseChaosOptions } from '../src/chaos-options.ts';
import { messagesLoad } from '../src/loads/messages/messages.ts';
import { Monitor } from '../src/monitor.ts';
import { renderReport } from '../src/report/render-report.ts';
import { reportOf } from '../src/report/report.ts';
import { runChaos } from '../src/run-chaos.ts';
import { rabbitmqBroker } from '../src/transports/rabbitmq.ts';

const FAULTS = [
  'accept-silent',
  'black-hole',
  'cancel-consumers',
  'close-connections',
  'cut-in-frame',
  'fin',
  'freeze-broker',
  'freeze-consumer',
  'freeze-producer',
  'kill-broker',
  'kill-consumer',
  'kill-producer',
  'latency',
  'memory-alarm',
  'reset',
  'reset-one',
  'restart-broker',
  'revoke-rights',
  'stop-consumer',
  'stop-producer',
];

await describeOwn('rabbitmq', (server) => {
  it('a minute of chaos loses nothing and breaks no promise, and every kind of fault has happened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-chaos-'));
    const options = parseChaosOptions(['--minutes', '1', '--rate', '100', '--seed', '1']);
    if (options === 'help') throw new Error('No help was asked for.');
    const monitor = new Monitor(folder);
    const broker = await rabbitmqBroker(server.node, Object.keys(messagesLoad.concurrency));
    await runChaos(options, { broker, monitor, print: console.log, ending: new AbortController().signal });
    monitor.close();
    const report = reportOf(monitor.books, options, broker.title, boundsOf(messagesLoad));
    console.log(`${renderReport(report)}\nthe history stands in ${folder}`); // shown where the test fails
    expect(report.problems).toEqual([]);
    expect(report.messages.missing).toBe(0);
    expect(report.messages.handled).toBeGreaterThan(500);
    expect(report.faults.filter(({ happened }) => happened > 0).map(({ fault }) => fault)).toEqual(FAULTS);
    rmSync(folder, { recursive: true });
  }, 400_000);
});
