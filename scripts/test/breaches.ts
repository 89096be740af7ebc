import { CORE_ENTRIES, packageManifest } from './clean-workspace.ts';
import type { Files } from '../laws/workspace.ts';

/** Files that break one law of the clean workspace in one place. */
export interface PlantedBreach {
  readonly law: string;
  readonly what: string;
  /** Where it must be reported: the path, and the line where the law has one. */
  readonly at: string;
  readonly files: Files;
}

function plant(law: string, what: string, at: string, text: string, more: Files = {}): PlantedBreach {
  return { law, what, at, files: { ...more, [at.replace(/:\d+$/, '')]: text } };
}

const IMPORTS: readonly PlantedBreach[] = [
  plant(
    'no-import-cycle',
    'two files import each other',
    'packages/core/src/messages/first.ts',
    "import { second } from './second.ts';\nexport const first = () => second;\n",
    { 'packages/core/src/messages/second.ts': "import { first } from './first.ts';\nexport const second = () => first;\n" },
  ),
  plant(
    'no-import-cycle',
    'three scripts import each other, one of them lazily',
    'scripts/a.ts',
    "import { b } from './b.ts';\nexport const a = () => b;\n",
    {
      'scripts/b.ts': "export { c as b } from './c.ts';\n",
      'scripts/c.ts': "export const c = () => import('./a.ts');\n",
    },
  ),
  plant(
    'core-levels',
    'a folder imports a type from above',
    'packages/core/src/messages/up.ts:2',
    "export const one = 1;\nimport type { Step } from '../pipeline/step.ts';\nexport type Up = Step<number>;\n",
  ),
  plant(
    'core-levels',
    'a folder imports one beside it',
    'packages/core/src/routing/beside.ts:1',
    "export { carryOut } from '../recoverability/carry-out.ts';\n",
  ),
  plant('core-levels', 'a folder has no level', 'packages/core/src/gadgets/gadget.ts', 'export const gadget = 1;\n'),
  plant(
    'core-levels',
    'a file beside the folders is no entry',
    'packages/core/src/shared.ts',
    "export { createBus as shared } from './bus/create-bus.ts';\n",
  ),
  plant(
    'no-entry-import',
    'a file imports an entry of its package',
    'packages/core/src/bus/around.ts:1',
    "import type { IOutboxStore } from '../persistence.ts';\nexport type Around = IOutboxStore;\n",
  ),
  plant(
    'no-entry-import',
    'a file imports its package by name',
    'packages/conformance/src/around.ts:1',
    "export { SIZE } from '@waybill/conformance';\n",
  ),
  plant(
    'delivery-touchers',
    'another folder imports a delivery',
    'packages/core/src/outbox/touch.ts:2',
    "// first\nimport type { Acked } from '../transport/delivery.ts';\nexport type Touch = Acked;\n",
  ),
  plant(
    'pipeline-on-one-page',
    'a step of pipeline/ is wired elsewhere',
    'packages/core/src/receiving/hide.ts:1',
    "import { checkHeaders } from '../pipeline/incoming/check-headers.ts';\nexport const hide = () => checkHeaders;\n",
  ),
  plant(
    'pipeline-on-one-page',
    'a step of a feature is wired elsewhere',
    'packages/core/src/bus/hide.ts:1',
    "import { resolveDestination } from '../routing/resolve-destination.ts';\nexport const hide = () => resolveDestination();\n",
  ),
  plant(
    'pipeline-on-one-page',
    'a part of a step is used elsewhere',
    'packages/core/src/receiving/hide.ts:1',
    "export { part } from '../pipeline/outgoing/part.ts';\n",
    { 'packages/core/src/pipeline/outgoing/part.ts': 'export const part = 1;\n' },
  ),
  plant(
    'pipeline-on-one-page',
    'a step is hidden inside another',
    'packages/core/src/pipeline/incoming/outer.ts:1',
    "import { checkHeaders } from './check-headers.ts';\nimport type { Step } from '../step.ts';\nexport const outer: Step<number> = { run: (context) => checkHeaders.run(context) };\n",
  ),
];

const PACKAGES: readonly PlantedBreach[] = [
  ...['dependencies', 'peerDependencies', 'optionalDependencies'].map((field) =>
    plant(
      'core-stands-alone',
      `core has ${field}`,
      'packages/core/package.json',
      packageManifest('@waybill/core', CORE_ENTRIES, { [field]: { uuid: '*' } }),
    ),
  ),
  plant(
    'core-stands-alone',
    'core imports a module of Node',
    'packages/core/src/runtime/context.ts:1',
    "import type { Hash } from 'node:crypto';\nexport type Context = Hash;\n",
  ),
  plant(
    'core-stands-alone',
    'core imports a package lazily',
    'packages/core/src/runtime/context.ts:1',
    "export const context = () => import('uuid');\n",
  ),
  plant(
    'public-entries-only',
    'a package imports a file of another',
    'packages/conformance/src/deep.ts:1',
    "export { SIZE } from '@waybill/core/src/messages/headers.ts';\n",
  ),
  plant(
    'public-entries-only',
    'an adapter imports `internal`',
    'packages/transport-sqs/src/inside.ts:1',
    "export { SIZE } from '@waybill/core/internal';\n",
  ),
  plant(
    'public-entries-only',
    'a test of an example imports `internal`',
    'examples/first/test/inside.test.ts:1',
    "export { SIZE } from '@waybill/core/internal';\n",
  ),
  {
    law: 'one-client-per-adapter',
    what: 'an adapter imports a second client',
    at: 'packages/transport-sqs/src',
    files: { 'packages/transport-sqs/src/second.ts': "import type { Redis } from 'ioredis';\nexport type Second = Redis;\n" },
  },
  plant(
    'no-foreign-path',
    'a path leads into another package',
    'packages/transport-sqs/test/near.test.ts:1',
    "export { SIZE } from '../../core/src/messages/headers.ts';\n",
  ),
];

const HOST_USES: Readonly<Record<string, string>> = {
  'the wall clock is read': 'export const use = () => Date.now();\n',
  'a date is made of now': 'export const use = () => new Date();\n',
  'the time is read as text': 'export const use = () => Date();\n',
  'the monotonic clock is read': 'export const use = () => performance.now();\n',
  'a timer is set': 'export const use = (run: () => void) => setTimeout(run, 1);\n',
  'a timer is set through the global object': "export const use = (run: () => void) => globalThis['setInterval'](run, 1);\n",
  'a timer function is handed on': 'export const use = () => ({ setTimeout });\n',
  'a signal ends in time': 'export const use = () => AbortSignal.timeout(1);\n',
  'chance is taken': 'export const use = () => Math.random();\n',
  'an id is made': 'export const use = () => globalThis.crypto.randomUUID();\n',
  'a member of the host is taken apart': 'export const use = () => {\n  const { random } = Math;\n  return random;\n};\n',
  'a module of Node is taken at run time': "export const use = () => process.getBuiltinModule?.('node:fs');\n",
};

const FOREIGN: Readonly<Record<string, string>> = {
  'a variable': 'export const kafkaTopic = 1;\n',
  'an acronym': 'export type Client = SQSClient;\n',
  'a private member': 'export class Use {\n  #natsPort = 1;\n}\n',
  'a string': "export const name = 'rabbitmq';\n",
  'a template': 'export const name = (port: number) => `amqp://localhost:${port}`;\n',
  'a pair of words': 'export class ServiceBusQueue {}\n',
  'a version': "export const name = 'mysql2';\n",
};

const CORE: readonly PlantedBreach[] = [
  ...Object.entries(HOST_USES).map(([what, text]) =>
    plant('runtime-only', what, `packages/core/src/handling/use.ts:${text.startsWith('export const use = () => {\n') ? 2 : 1}`, text),
  ),
  ...Object.entries(FOREIGN).map(([what, text]) =>
    plant('no-foreign-name', `${what} of core names a product`, `packages/core/src/handling/use.ts:${text.includes('#') ? 2 : 1}`, text),
  ),
  plant(
    'no-foreign-name',
    'a file of core is named after a product',
    'packages/core/src/handling/redis-lock.ts',
    'export const one = 1;\n',
  ),
  plant(
    'no-decorator-in-core',
    'core decorates a class',
    'packages/core/src/handling/signed.ts:2',
    'const signed = (_: unknown) => {};\n@signed\nexport class Signed {}\n',
  ),
  plant('port-prefix', 'data has the prefix', 'packages/core/src/handling/use.ts:1', 'export interface IEnvelope {}\n'),
  plant('port-prefix', 'a class of an adapter has the prefix', 'packages/transport-sqs/src/use.ts:1', 'export class ISender {}\n'),
  plant(
    'port-prefix',
    'a type in the file of a port has the prefix',
    'packages/core/src/outbox/outbox-store.ts:4',
    'export interface IOutboxStore {\n  add(): void;\n}\nexport type IOutboxKey = string;\n',
  ),
  plant(
    'port-prefix',
    'an interface beside a port is not exported as one',
    'packages/core/src/outbox/outbox-store.ts:4',
    'export interface IOutboxStore {\n  add(): void;\n}\nexport interface IOutboxRow {}\n',
  ),
  ...Object.entries({
    'is async': 'export const decide = async () => 1;\n',
    'makes a promise': 'export const decide = () => new Promise(() => {});\n',
    'resolves a promise': 'export const decide = () => Promise.resolve(1);\n',
    'touches the delivery': "import type { Acked } from '../transport/delivery.ts';\nexport const decide = (acked: Acked) => acked;\n",
  }).map(([what, text]) => plant('pure-decision', `a decision ${what}`, 'packages/core/src/recoverability/decide-later.ts:1', text)),
];

const LANGUAGE: readonly PlantedBreach[] = [
  plant('no-enum', 'a source declares an enum', 'packages/core/src/messages/use.ts:1', 'export enum Kind {}\n'),
  plant('no-enum', 'a test declares an enum', 'packages/core/test/use.test.ts:1', 'export const enum Kind {}\n'),
  plant('no-any', 'a source uses `any`', 'packages/core/src/messages/use.ts:2', '\nexport type Use = readonly any[];\n'),
  plant('no-any', 'a script uses `any`', 'scripts/use.ts:1', 'export const use = (one: unknown) => one as any;\n'),
  plant('no-default-export', 'a source exports a default', 'examples/first/src/use.ts:1', 'export default 1;\n'),
  plant('no-default-export', 'a default is exported by list', 'scripts/use.ts:2', 'const use = 1;\nexport { use as default };\n'),
  plant(
    'no-export-star',
    'an entry exports everything',
    'packages/conformance/src/index.ts:1',
    "export * from '@waybill/core/internal';\n",
  ),
  plant('no-export-star', 'everything is exported under a name', 'scripts/use.ts:1', "export * as all from './tool.ts';\n"),
  plant(
    'no-module-state',
    'a module has a variable',
    'packages/core/src/messages/use.ts:1',
    'let count = 0;\nexport const use = () => count++;\n',
  ),
  plant(
    'no-using',
    'a package disposes by a declaration',
    'packages/core/src/messages/use.ts:2',
    'export async function use(open: () => AsyncDisposable) {\n  await using one = open();\n}\n',
  ),
  plant(
    'no-assigned-function',
    'a private field is given an arrow function',
    'packages/core/src/messages/use.ts:4',
    'export class Use {\n  #end: (() => void) | undefined;\n  begin(end: () => void) {\n    this.#end = () => end();\n  }\n}\n',
  ),
  plant(
    'no-assigned-function',
    'a property that has none is given a function',
    'packages/core/src/messages/use.ts:1',
    'export const use = (one: { end?: () => void }) => (one.end ??= function () {});\n',
  ),
  plant('no-module-state', 'a module exports a variable', 'packages/conformance/src/use.ts:1', 'export var count = 0;\n'),
  plant(
    'no-module-state',
    'a module has an empty collection',
    'packages/core/src/messages/use.ts:1',
    'const seen = new Map<string, number>();\nexport const use = () => seen;\n',
  ),
  plant('no-sleep', 'a test waits long', 'packages/core/test/use.test.ts:1', 'await new Promise((resolve) => setTimeout(resolve, 50));\n'),
  plant('no-sleep', 'a test of the scripts sleeps', 'scripts/test/use.test.ts:2', "import { sleep } from 'sleep';\nawait sleep(1);\n"),
  plant(
    'no-sleep',
    'a conformance case sleeps',
    'packages/conformance/src/use.ts:1',
    'export const use = (runtime: { sleep(ms: number): void }) => runtime.sleep(9);\n',
  ),
  plant(
    'no-skipped-test',
    'a test is skipped by an option',
    'packages/core/test/use.test.ts:2',
    "import { it } from 'vitest';\nit('x', { skip: true }, () => {});\n",
  ),
  ...['it.only', 'describe.skip', 'test.concurrent.todo', 'it.skip.each([1])'].map((name) =>
    plant(
      'no-skipped-test',
      `a test says ${name}`,
      'packages/core/test/use.test.ts:2',
      `import { describe, it, test } from 'vitest';\n${name}('x', () => {});\n`,
    ),
  ),
];

/** At least one for every law. */
export const BREACHES: readonly PlantedBreach[] = [IMPORTS, PACKAGES, CORE, LANGUAGE].flat();
