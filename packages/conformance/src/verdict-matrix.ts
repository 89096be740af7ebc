import type { Verdict } from './runner.ts';
import type { TransportCase } from './transport/transport-case.ts';

const VERDICTS: readonly Verdict[] = ['proven', 'refused', 'emulated', 'not offered'];
const LETTERS: Readonly<Record<Verdict, string>> = { proven: 'P', refused: 'r', emulated: 'e', 'not offered': '-' };
const TITLE_WIDTH = 72;

/** How every transport met every case. Made by {@link verdictMatrix}. */
export interface VerdictMatrix {
  /** Pass it to `testTransport`. */
  readonly record: (verdict: Verdict, one: TransportCase, transport: string) => void;
  /** For a terminal: counts per transport and group, then the cases that are not proven on all. */
  toText(): string;
  /** For documentation: one row per case, one column per transport. */
  toMarkdown(): string;
}

/** Collects verdicts of one run and shows them as a table. */
export function verdictMatrix(): VerdictMatrix {
  const verdicts = new Map<TransportCase, Map<string, Verdict>>();
  const transports = new Set<string>();
  return {
    record: (verdict, one, transport) => {
      transports.add(transport);
      verdicts.set(one, (verdicts.get(one) ?? new Map<string, Verdict>()).set(transport, verdict));
    },
    toText: () => textTable(Array.from(verdicts), Array.from(transports)),
    toMarkdown: () => markdownTable(Array.from(verdicts), Array.from(transports)),
  };
}

type Rows = readonly (readonly [TransportCase, ReadonlyMap<string, Verdict>])[];

function textTable(rows: Rows, transports: readonly string[]): string {
  const legend = VERDICTS.map((verdict) => `${LETTERS[verdict]} ${verdict}`).join(' · ');
  const counts = transports.map((transport) => `${transport.padEnd(24)}${countsOf(rows, transport)}`);
  const uneven = rows.filter(([, by]) => transports.some((transport) => by.get(transport) !== 'proven'));
  const lines = uneven.map(([one, by]) => `${lettersOf(by, transports)}  ${numberOf(one).padStart(2)} ${one.name.slice(0, TITLE_WIDTH)}`);
  const heads = transports.map((transport, index) => `${'│'.repeat(index)}┌ ${transport}`);
  return [
    `Conformance: ${rows.length} cases, ${rows.length - uneven.length} of them proven on all of ${transports.length} transports`,
    ...counts,
    `The others (${legend}):`,
    ...heads,
    ...lines,
  ].join('\n');
}

function countsOf(rows: Rows, transport: string): string {
  const count = (wanted: Verdict): number => rows.filter(([, by]) => by.get(transport) === wanted).length;
  return VERDICTS.map((verdict) => `${String(count(verdict)).padStart(3)} ${verdict}`).join('  ');
}

const lettersOf = (by: ReadonlyMap<string, Verdict>, transports: readonly string[]): string =>
  transports.map((transport) => letterOf(by.get(transport))).join('');

const letterOf = (verdict: Verdict | undefined): string => (verdict === undefined ? '!' : LETTERS[verdict]);

function markdownTable(rows: Rows, transports: readonly string[]): string {
  const table = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    table(['no.', 'group', 'case', ...transports]),
    table(['--:', '---', '---', ...transports.map(() => '---')]),
    ...rows.map(([one, by]) =>
      table([numberOf(one), one.group, one.name.replaceAll('|', '\\|'), ...transports.map((transport) => by.get(transport) ?? 'failed')]),
    ),
    '',
  ].join('\n');
}

const numberOf = ({ number }: TransportCase): string => (number === undefined ? '' : String(number));
