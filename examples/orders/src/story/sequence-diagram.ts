import type { Happening } from './ledger.ts';

const NOTES: ReadonlyMap<Happening['kind'], string> = new Map([
  ['retried', 'fails, is tried again here'],
  ['redelivered', 'fails, comes again later'],
  ['dead-lettered', 'fails, goes to the dead letters'],
]);

/** A sequence diagram in Mermaid of what happened to the messages. */
export function sequenceDiagram(happenings: readonly Happening[]): string {
  const lines = happenings.flatMap(({ kind, from, at, name }) => {
    if (kind === 'arrived') return [`  ${from}->>${at}: ${name}`];
    if (kind === 'returned') return [`  ${from}-->>${at}: returns ${name}`];
    const note = NOTES.get(kind);
    return note === undefined ? [] : [`  note over ${at}: ${note}`];
  });
  const people = Array.from(new Set(happenings.flatMap(({ from, at }) => [from, at])), (name) => `  participant ${name}`);
  return ['sequenceDiagram', ...people, ...lines].join('\n');
}
