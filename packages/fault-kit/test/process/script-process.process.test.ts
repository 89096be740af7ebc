import { join } from 'node:path';

import { expect, it } from 'vitest';

import { FaultLog, ScriptProcess } from '../../src/index.ts';

const ECHO = join(import.meta.dirname, 'echo-script.ts');
const PATIENCE_MS = 20_000;

const isReady = (line: unknown): boolean => line === 'ready';
const anything = (): boolean => true;

it('speaks in lines of JSON, both ways, and ends by itself', async () => {
  const lines: unknown[] = [];
  await using script = new ScriptProcess({ script: ECHO, parameters: ['a', 'b'], onLine: (line) => void lines.push(line) });
  await script.hear('ready', isReady, PATIENCE_MS);
  script.tell({ text: 'é\n' });
  await expect(script.hear('an answer', anything, PATIENCE_MS)).resolves.toEqual({ heard: { text: 'é\n' }, parameters: ['a', 'b'] });
  script.tell('end');
  await expect(script.ended).resolves.toEqual({ exitCode: 0, signal: null });
  expect(lines).toEqual(['ready', { heard: { text: 'é\n' }, parameters: ['a', 'b'] }, 'bye']);
  expect([script.isRunning, script.errors, script.faults.faults]).toEqual([false, '', []]);
});

it('is killed, which counts once', async () => {
  const faults = new FaultLog();
  await using script = new ScriptProcess({ script: ECHO, faults });
  await script.hear('ready', isReady, PATIENCE_MS);
  await expect(script.kill()).resolves.toEqual({ exitCode: null, signal: 'SIGKILL' });
  expect([script.isRunning, faults.happened('kill'), faults.hits('kill')]).toEqual([false, 1, 1]);
});

it('what had ended before was not killed, and not frozen', async () => {
  await using script = new ScriptProcess({ script: ECHO });
  await script.hear('ready', isReady, PATIENCE_MS);
  script.tell('end');
  await script.ended;
  await script.kill();
  script.freeze();
  expect(script.faults.faults).toEqual([]);
});

it('says nothing while it is frozen, and goes on where it was', async () => {
  await using script = new ScriptProcess({ script: ECHO });
  await script.hear('ready', isReady, PATIENCE_MS);
  script.freeze();
  script.tell('hello');
  await expect(script.hear('a word', anything, 200)).rejects.toThrow('A process did not say a word within 200 ms: it printed nothing');
  const heard = script.hear('a word', anything, PATIENCE_MS);
  script.thaw();
  await expect(heard).resolves.toMatchObject({ heard: 'hello' });
  expect(script.faults.hits('freeze')).toBe(1);
});

it('tells its last words', async () => {
  await using script = new ScriptProcess({ script: ECHO });
  await script.hear('ready', isReady, PATIENCE_MS);
  const heard = script.hear('a word', () => false, PATIENCE_MS);
  script.tell('fail');
  await expect(heard).rejects.toThrow('A process ended before it said a word: I cannot go on');
  await expect(script.hear('a word', anything, PATIENCE_MS)).rejects.toThrow('I cannot go on');
  await expect(script.ended).resolves.toEqual({ exitCode: 3, signal: null });
});

it('does not outlive what it was made for, frozen or not', async () => {
  const script = new ScriptProcess({ script: ECHO });
  await script.hear('ready', isReady, PATIENCE_MS);
  script.freeze();
  await script[Symbol.asyncDispose]();
  expect([script.isRunning, script.faults.happened('kill')]).toEqual([false, 0]);
});
