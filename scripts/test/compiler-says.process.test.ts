import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { runTool } from '../checks/run-tool.ts';

const root = dirname(dirname(import.meta.dirname));

const PROGRAM = `import { defineCommand, defineEvent, defineQuery, type Bus } from '@waybill/core';
declare const bus: Bus;
const SubmitOrder = defineCommand<{ readonly orderId: string }>('orders.submit-order');
const OrderSubmitted = defineEvent<{ readonly orderId: string }>('orders.order-submitted');
const GetOrder = defineQuery<{ readonly orderId: string }, number>('orders.get-order');
await bus.send(OrderSubmitted, { orderId: '1' });
await bus.publish(SubmitOrder, { orderId: '1' });
await bus.request(SubmitOrder, { orderId: '1' });
await bus.send(GetOrder, { orderId: '1' });
await bus.request(OrderSubmitted, { orderId: '1' });
await bus.send(defineCommand('orders.untyped'), { orderId: '1' });
`;

const CONFIG = { extends: '../../tsconfig.base.json', compilerOptions: { noEmit: true, customConditions: ['@waybill/source'] } };

/** What the compiler says of each line of a program. */
async function complaints(program: string): Promise<ReadonlyMap<number, string>> {
  mkdirSync(join(root, '.waybill'), { recursive: true });
  const folder = mkdtempSync(join(root, '.waybill', 'compiler-'));
  try {
    writeFileSync(join(folder, 'program.ts'), program);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...CONFIG, include: ['program.ts'] }));
    const { output } = await runTool(folder, 'tsc', ['--pretty', 'false', '--singleThreaded']);
    const parts = output.split(/^program\.ts\((\d+),\d+\): /m).slice(1);
    return new Map(parts.flatMap((part, index) => (index % 2 === 0 ? [[Number(part), parts[index + 1] ?? ''] as const] : [])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the compiler', () => {
  it('says which verb fits where another was used, and what a contract without a type lacks', async () => {
    const said = await complaints(PROGRAM);
    expect([...said.keys()]).toEqual([6, 7, 8, 9, 10, 11]);
    expect(said.get(6)).toContain('events are published: use `publish`');
    expect(said.get(7)).toContain('commands are sent: use `send`');
    expect(said.get(8)).toContain('this command has no reply: use `send`, or give it a `reply`');
    expect(said.get(9)).toContain('queries ask for a reply: use `request`');
    expect(said.get(10)).toContain('events have no reply: use `publish`');
    expect(said.get(11)).toContain("type 'Untyped'");
    expect(Array.from(said.values()).join()).not.toContain('never');
  });
});
