import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { TransportCapabilities } from '@waybill/core/transport';
import { memory } from '../src/index.ts';
import type { MemoryLikeness } from '../src/index.ts';
import { MEMORY_NATURES, natureOf } from '../src/memory-presets.ts';

const number = new Intl.NumberFormat('en-US');
const yes = (value: boolean): string => (value ? 'yes' : 'no');
const size = (bytes: number): string => (Number.isFinite(bytes) ? `${number.format(bytes)} bytes` : 'no limit');

function time(milliseconds: number): string {
  if (milliseconds === 0) return 'none';
  if (!Number.isFinite(milliseconds)) return 'no limit';
  return `${number.format(milliseconds / 1_000)} s`;
}

function delay({ maxMs, steps, hop }: TransportCapabilities['delay']): string {
  if (steps === 'policy') return 'redeliveries only';
  return hop ? `${time(maxMs)}, longer by hops` : time(maxMs);
}

/** What a form can do, by the names of the columns. */
function rowOf(name: string): readonly [string, string][] {
  const { capabilities, form } = natureOf(name as MemoryLikeness, {});
  const { lanes, lock } = capabilities;
  return [
    ['`like`', name === 'memory' ? '–' : `\`'${name}'\``],
    ['nature', form],
    ['body', size(capabilities.maxMessageBytes)],
    ['headers', size(capabilities.maxHeaderBytes)],
    ['delay', delay(capabilities.delay)],
    ['cancel', yes(capabilities.delay.cancel)],
    ['redelivered', capabilities.redeliver],
    ['`onWait` of a lane', lanes.onWait.length === 0 ? 'no lanes' : lanes.onWait.map((one) => `\`'${one}'\``).join(', ')],
    ['lock', lock === undefined ? '–' : `${time(lock.ms)}, to ${time(lock.maxMs)}`],
    ['priority', yes(capabilities.priority)],
    ['expiry', yes(capabilities.ttl)],
    ['ack with sends', yes(capabilities.ackWithSends)],
  ];
}

it('docs/transports/memory.md prints what each form can do', () => {
  const rows = MEMORY_NATURES.map((name) => rowOf(name));
  const table = [rows[0]?.map(([column]) => column), rows[0]?.map(() => '---'), ...rows.map((row) => row.map(([, cell]) => cell))];
  const page = readFileSync(new URL('../../../docs/transports/memory.md', import.meta.url), 'utf8');
  expect(page).toContain(table.map((cells) => `| ${(cells ?? []).join(' | ')} |`).join('\n'));
  expect(memory().capabilities).toEqual(natureOf('memory', {}).capabilities);
});
