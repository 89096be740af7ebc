import type { Percentiles } from '../checks/percentiles.ts';
import { grouped, timeText } from './figures.ts';
import type { MoneyCounts } from './money-counts.ts';
import type { Report } from './report.ts';

/** As a page of Markdown, which is read on a terminal as well. */
export function renderReport(report: Report): string {
  const { transport, queue, store, servers, node, machine, date, seed, minutes, producers, consumers, relays, processes } = report;
  const load = [`${producers} producers and ${consumers} consumers`, ...(store === undefined ? [] : [`${relays} relays beside them`])];
  return [
    `# Chaos: ${transport}, ${queue} queues${store === undefined ? '' : `, ${store}`}, ${date}`,
    '',
    `${minutes.toFixed(1)} minutes of faults; ${servers}, Node ${node}, ${machine}. ${load.join(', ')}, ` +
      `${processes} processes one after another, seed ${seed}.`,
    '',
    ...(report.money === undefined ? messageTable(report) : moneyTable(report.money, report.codes)),
    '',
    ...problemLines(report),
    '',
    ...faultTable(report),
    '',
    ...timeTable(report),
    '',
    ...memoryTable(report),
    '',
  ].join('\n');
}

/** What stands under `duplicated` came more than once for a reason: a fault, or a sender that sent again what was unknown. */
function messageTable({ messages, codes }: Report): readonly string[] {
  const { sent, accepted, unknown, rejected, handled, doubled, deadLetters, crashed, missing } = messages;
  const refusals = Object.entries(codes).map(([code, count]) => `${code} ${grouped(count)}`);
  return [
    '| sent | accepted | unknown | rejected | handled | duplicated | dead letters | lost |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${[sent, accepted, unknown, rejected, handled, doubled, deadLetters].map(grouped).join(' | ')} | **${grouped(missing)}** |`,
    '',
    `An event is handled once for each of its endpoints. Of the dead letters ${grouped(crashed)} were given up as crashed. Sends that were not accepted at once: ${refusals.join(', ') || 'none'}.`,
  ];
}

/** What was committed is what the database says; producers were told of most of it. */
function moneyTable(money: MoneyCounts, codes: Report['codes']): readonly string[] {
  const { sent, committed, rolledBack, unknown, unknownCommitted, handled, repeats, effectsTwice, deadLetters, lost } = money;
  const ends = Object.entries(codes).map(([code, count]) => `${code} ${grouped(count)}`);
  return [
    '| sent | committed | rolled back | unknown | handled | duplicates delivered | dead letters | effects twice | lost |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    `| ${[sent, committed, rolledBack, unknown, handled, repeats, deadLetters].map(grouped).join(' | ')} | **${grouped(effectsTwice)}** | **${grouped(lost)}** |`,
    '',
    'Each transfer is a transaction of its producer; handled are its credit and its entry in the ledger. Of the unknown, whose producers were killed or had no ' +
      `answer to COMMIT, ${grouped(unknownCommitted)} had been committed, as the database said when all was over. Transactions and sends that ended otherwise: ${ends.join(', ') || 'none'}.`,
  ];
}

function problemLines({ problems }: Report): readonly string[] {
  if (problems.length === 0) return ['All promises were kept.'];
  return problems.flatMap(({ broken, count, examples }) => [
    `**Broken ${grouped(count)} times**: ${broken}`,
    '',
    ...examples.map((one) => `- ${one}`),
    '',
  ]);
}

function faultTable({ faults }: Report): readonly string[] {
  const total = faults.reduce((sum, { happened }) => sum + happened, 0);
  return [
    '| fault | asked for | happened |',
    '|---|---:|---:|',
    ...faults.map(({ fault, asked, happened }) => `| ${fault} | ${grouped(asked)} | ${grouped(happened)} |`),
    `| all | ${grouped(faults.reduce((sum, { asked }) => sum + asked, 0))} | ${grouped(total)} |`,
  ];
}

function timeTable({ recovery, stop, slowestSendMs, longestHeldMs, store }: Report): readonly string[] {
  const row = (name: string, { count, p50, p99, max }: Percentiles): string =>
    `| ${name} | ${grouped(count)} | ${[p50, p99, max].map(timeText).join(' | ')} |`;
  return [
    '| time | samples | p50 | p99 | max |',
    '|---|---:|---:|---:|---:|',
    row('consumer killed → its message begins again', recovery.redelivered),
    row('half-open → degraded', recovery.noticed),
    row('broker back → first message', recovery.firstMessage),
    row('broker back → connected, each process', recovery.reconnected),
    ...(store === undefined
      ? []
      : [
          row('relay killed → all that was committed has left, by others', recovery.relayed),
          row('database back → first message', recovery.databaseBack),
        ]),
    row('`stop()`', stop),
    '',
    `The slowest send took ${timeText(slowestSendMs)}, processes that stood still included. The proxies between the processes and the broker stood still for at most ${timeText(longestHeldMs)}.`,
  ];
}

function memoryTable({ memory }: Report): readonly string[] {
  return [
    '| memory of | most | growth of the longest life, second half | that lived |',
    '|---|---:|---:|---:|',
    ...memory.map(
      ({ slot, maxMb, slopeMbPerMinute, livedMs }) =>
        `| ${slot} | ${Math.round(maxMb)} MiB | ${slopeMbPerMinute.toFixed(2)} MiB/min | ${timeText(livedMs)} |`,
    ),
  ];
}
