import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';

import { rolldown } from 'rolldown';

import type { Check } from './check.ts';

export const browser: Check = {
  name: 'browser',
  wayOut: 'Use what the web has: core and transport-memory run where there is no Node.',
  run: async (root) => {
    const received = await runInWeb(await bundle(root));
    return received === 'order-1' ? [] : [`The handler received ${JSON.stringify(received)} in place of "order-1".`];
  },
};

const GIVE_UP_MS = 10_000;

async function bundle(root: string): Promise<string> {
  const build = await rolldown({
    input: join(root, 'scripts', 'browser-send.ts'),
    platform: 'browser',
    onLog: (_level, { message }) => {
      throw new Error(`The bundle for browsers is not clean: ${message}`);
    },
  });
  const { output } = await build.generate({ format: 'iife', name: 'send' });
  await build.close();
  return output[0].code;
}

/** Runs a bundle with the globals of the web and no others: no `process`, no `Buffer`, no `require`. */
async function runInWeb(code: string): Promise<unknown> {
  const context = createContext(webGlobals());
  const result: unknown = runInContext(`${code}\nsend.result;`, context);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing was handled within ${GIVE_UP_MS} ms.`)), GIVE_UP_MS);
  });
  return Promise.race([result, tooLate]).finally(() => clearTimeout(timer));
}

function webGlobals(): Record<string, unknown> {
  return Object.fromEntries([...WEB_SIGNALS, ...WEB_TIMERS, ...WEB_VALUES].map((name) => [name, globalThis[name]]));
}

const WEB_SIGNALS = ['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget'] as const;
const WEB_TIMERS = ['clearInterval', 'clearTimeout', 'queueMicrotask', 'setInterval', 'setTimeout'] as const;
const WEB_VALUES = ['TextDecoder', 'TextEncoder', 'URL', 'atob', 'btoa', 'console', 'crypto', 'performance', 'structuredClone'] as const;
