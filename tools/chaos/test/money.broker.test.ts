import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeOwn } from '@waybill/servers/vitest';
import { expect, it } from 'vitest';

import { boundsOf } from '../src/bounds.ts';
import { parseChaosOptions } from '../src/chaos-options.ts';
import { moneyLoad } from '../src/loads/money/money.ts';
import { Monitor } from '../src/monitor.ts';
import { renderReport } from '../src/report/render-report.ts';
import { reportOf } from '../src/report/report.ts';
import { runChaos, titleOf } from '../src/run-chaos.ts';
import { postgresDatabase } from '../src/stores/postgres.ts';
import { rabbitmqBroker } from '../src/transports/rabbitmq.ts';

/** Those of the store; the others have a test of their own. */
const FAULTS = [
  'close-sessions',
  'crash-database',
  'freeze-database',
  'freeze-relay',
  'kill-consumer',
  'kill-database',
  'kill-producer',
  'kill-relay',
  'lose-commit',
  'reset-session',
  'restart-database',
  'silent-session',
  'stop-relay',
];

await describeOwn('postgres', (databaseServer) =>
  describeOwn('rabbitmq', (brokerServer) => {
    it('a minute of chaos makes no money and loses none: what was committed takes effect once, what was rolled back never', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'waybill-chaos-'));
      const options = parseChaosOptions(['--store', 'postgres', '--minutes', '0.6', '--rate', '60', '--seed', '1']);
      if (options === 'help') throw new Error('No help was asked for.');
      const monitor = new Monitor(folder);
      const broker = await rabbitmqBroker(brokerServer.node, Object.keys(moneyLoad.concurrency));
      const database = postgresDatabase(databaseServer.node);
      await runChaos(options, { broker, database, monitor, print: console.log, ending: new AbortController().signal });
      monitor.close();
      const report = reportOf(monitor.books, options, titleOf({ broker, database }), boundsOf(moneyLoad));
      console.log(`${renderReport(report)}\nthe history stands in ${folder}`); // shown where the test fails
      expect(report.problems).toEqual([]);
      expect(report.money).toMatchObject({ lost: 0, effectsTwice: 0 });
      expect(report.money?.handled).toBeGreaterThan(300);
      expect(report.money?.repeats).toBeGreaterThan(0);
      const happened = report.faults.filter((fault) => fault.happened > 0).map(({ fault }) => fault);
      expect(FAULTS.filter((fault) => !happened.includes(fault))).toEqual([]);
      rmSync(folder, { recursive: true });
    }, 400_000);
  }),
);
