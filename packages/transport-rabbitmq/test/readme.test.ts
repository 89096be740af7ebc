import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TransportCapabilities } from '@waybill/core/transport';
import { rabbitmqCapabilities } from '../src/rabbitmq-capabilities.ts';
import { resolveRabbitmqOptions } from '../src/rabbitmq-options.ts';

const README = new URL('../README.md', import.meta.url);
const SOURCE = new URL('../src/rabbitmq-capabilities.ts', import.meta.url);

type Name = keyof TransportCapabilities;

/** The comments of the declaration, by capability. */
function reasons(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let name = '';
  for (const line of source.split('\n')) {
    name = /^ {4}(\w+)[:,]/.exec(line)?.[1] ?? name;
    const reason = / \/\/ (.+)$/.exec(line)?.[1];
    if (reason !== undefined && name !== '') found.set(name, [found.get(name), reason].filter(Boolean).join('; '));
  }
  return found;
}

/** A value in a cell: members with their names, numbers as people write them. */
function cell(value: unknown): string {
  if (value === undefined) return 'no';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return Number.isFinite(value) ? new Intl.NumberFormat('en-US').format(value) : 'no limit';
  if (Array.isArray(value)) return value.map(cell).join(', ');
  if (typeof value !== 'object' || value === null) return `${value as string}`;
  return Object.entries(value)
    .map(([name, member]) => `${name}: ${cell(member)}`)
    .join('; ');
}

/** What it can do with quorum and with classic queues, one row each. */
function capabilityTable(): string {
  const options = resolveRabbitmqOptions({});
  const quorum = rabbitmqCapabilities(options);
  const classic = rabbitmqCapabilities({ ...options, queue: 'classic', maxPriority: 9 });
  const because = reasons(readFileSync(SOURCE, 'utf8'));
  const rows = (Object.keys(quorum) as Name[]).map(
    (name) => `| \`${name}\` | ${cell(quorum[name])} | ${cell(classic[name])} | ${because.get(name) ?? ''} |`,
  );
  return ['| capability | quorum | classic, with `maxPriority` | why |', '|---|---|---|---|', ...rows].join('\n');
}

it('the table of capabilities is made from the declaration: `vitest run packages/transport-rabbitmq/test/readme.test.ts -u`', async () => {
  const readme = readFileSync(README, 'utf8');
  const [before, after] = [readme.split('<!-- capabilities -->')[0], readme.split('<!-- end of capabilities -->')[1]];
  expect(after).toBeDefined();
  const wanted = `${before}<!-- capabilities -->\n\n${capabilityTable()}\n\n<!-- end of capabilities -->${after}`;
  await expect(wanted).toMatchFileSnapshot('../README.md');
});
