import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '@waybill/core';
import { DIAGNOSTICS_CHANNELS, METRICS, SPAN_OPERATIONS, TELEMETRY_ATTRIBUTES } from '@waybill/core/telemetry';
import { HEADERS, LOG_EVENTS } from '@waybill/core/transport';

const page = (name: string): string => readFileSync(new URL(`../../../../docs/reference/${name}.md`, import.meta.url), 'utf8');
const firstColumn = (text: string): string[] => Array.from(text.matchAll(/^\| `([^`]+)` \|/gm), (match) => match[1] as string);
/** The names on the line of a page that begins with "Reserved". */
const reserved = (name: string): string[] =>
  Array.from((/^Reserved.*$/m.exec(page(name))?.[0] ?? '').matchAll(/`([^`]+)`/g), (match) => match[1] as string);

describe('the reference pages', () => {
  it('errors.md holds exactly the codes of the catalogue, with their text', () => {
    const text = page('errors');
    expect(firstColumn(text)).toEqual(Object.keys(ERROR_CODES));
    for (const [code, entry] of Object.entries(ERROR_CODES))
      expect(text).toContain(`| \`${code}\` | ${entry.radius} | ${entry.meaning} | ${entry.wayOut} |`);
  });

  it('headers.md holds exactly the headers of the code', () => {
    expect(firstColumn(page('headers'))).toEqual(Object.values(HEADERS));
  });

  it('log-events.md holds exactly the events of the code', () => {
    expect(firstColumn(page('log-events'))).toEqual(Object.values(LOG_EVENTS));
  });

  it('telemetry.md holds exactly the spans, attributes, channels and metrics of the code', () => {
    const attributes = Object.values(TELEMETRY_ATTRIBUTES);
    const spans = Object.values(SPAN_OPERATIONS).map((operation) => `${operation} <${operation === 'send' ? 'destination' : 'endpoint'}>`);
    const metrics = Object.values(METRICS);
    expect(firstColumn(page('telemetry'))).toEqual([
      ...spans,
      ...attributes,
      ...metrics.map(({ name }) => name),
      ...Object.values(DIAGNOSTICS_CHANNELS),
    ]);
    for (const { name, kind, unit, description } of metrics)
      expect(page('telemetry')).toContain(`| \`${name}\` | ${kind} | \`${unit}\` | ${description} |`);
  });

  it('log-events.md names the level at which core logs each event', () => {
    const levels = new Map(
      Array.from(page('log-events').matchAll(/^\| `([^`]+)` \| (\w+) \|/gm), ([, event, level]) => [event as string, level as string]),
    );
    const source = new URL('../../src/', import.meta.url);
    const calls = globSync('**/*.ts', { cwd: source }).flatMap((file) =>
      Array.from(
        readFileSync(new URL(file, source), 'utf8').matchAll(/logger\.(debug|info|warn|error)\(\s*\{ event: LOG_EVENTS\.(\w+)/g),
        ([, level, key]) => [LOG_EVENTS[key as keyof typeof LOG_EVENTS], level as string] as const,
      ),
    );
    expect(calls.length).toBeGreaterThan(10);
    for (const [event, level] of calls) expect(`${event} ${level}`).toBe(`${event} ${levels.get(event)}`);
  });

  it('say which codes and events nothing raises yet', () => {
    const root = new URL('../../../../', import.meta.url);
    const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((file) => !/error-codes|log-events/.test(file));
    const source = files.map((file) => readFileSync(new URL(file, root), 'utf8')).join('\n');
    const unraised = Object.keys(ERROR_CODES).filter((code) => !source.includes(`'${code}'`));
    const unlogged = Object.entries(LOG_EVENTS).filter(([key]) => !source.includes(`LOG_EVENTS.${key}`));
    expect(reserved('errors')).toEqual(unraised);
    expect(reserved('log-events')).toEqual(unlogged.map(([, event]) => event));
  });

  it('the first sample of the README is the example that runs', () => {
    const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
    const sample = /```ts\n([^]*?)\n```/.exec(read('README.md'))?.[1];
    expect(read('examples/getting-started/src/main.ts')).toContain(`// #region readme\n${sample}\n// #endregion`);
  });
});
