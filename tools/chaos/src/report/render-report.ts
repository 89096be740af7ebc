import type { Percentiles } from '../checks/percentiles.ts';
import { grouped, timeText } from './figures.ts';
import type { Report } from './report.ts';

/** As a page of Markdown, which is read on a terminal as well. */
export function renderReport(report: Report): string {
  const { transport, queue, broker, node, machine, date, seed, minutes, producers, consumers, processes } = report;
  return [
    `# Chaos: ${transport}, ${queue} queues, ${date}`,
    '',
    `${minutes.toFixed(1)} minutes of faults; ${broker}, Node ${node}, ${machine}. ${producers} producers and ${consumers} consumers, ` +
      `${processes} processes one after another, seed ${seed}.`,
    '',
    ...messageTable(report),
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

function timeTable({ recovery, stop, slowestSendMs, longestHeldMs }: Report): readonly string[] {
  const row = (name: string, { count, p50, p99, max }: Percentiles): string =>
    `| ${name} | ${grouped(count)} | ${[p50, p99, max].map(timeText).join(' | ')} |`;
  return [
    '| time | samples | p50 | p99 | max |',
    '|---|---:|---:|---:|---:|',
    row('consumer killed → its message begins again', recovery.redelivered),
    row('half-open → degraded', recovery.noticed),
    row('broker back → first message', recovery.firstMessage),
    row('broker back → connected, each process', recovery.reconnected),
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
