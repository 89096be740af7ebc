import type { Files } from '../laws/workspace.ts';

export function packageManifest(name: string, entries: readonly string[], more: object = {}): string {
  const exported = entries.map((entry) => [
    entry === 'index' ? '.' : `./${entry}`,
    { '@waybill/source': `./src/${entry}.ts`, default: `./dist/${entry}.js` },
  ]);
  return JSON.stringify({ name, exports: { ...Object.fromEntries(exported), './package.json': './package.json' }, ...more });
}

export const CORE_ENTRIES: readonly string[] = ['index', 'transport', 'persistence', 'serialization', 'internal'];

const CORE_MANIFEST = packageManifest('@waybill/core', CORE_ENTRIES, {
  devDependencies: { vitest: '*' },
});

const CORE: Files = {
  'packages/core/package.json': CORE_MANIFEST,
  'packages/core/src/index.ts': "export { createBus } from './bus/create-bus.ts';\n",
  'packages/core/src/transport.ts':
    "export type { IMessageTransport } from './transport/message-transport.ts';\nexport type { ITransportDelivery } from './transport/delivery.ts';\nexport { SIZE } from './messages/headers.ts';\n",
  'packages/core/src/persistence.ts': "export type { IOutboxStore } from './outbox/outbox-store.ts';\n",
  'packages/core/src/serialization.ts': "export type { IMessageSerializer } from './serialization/message-serializer.ts';\n",
  'packages/core/src/internal.ts': "export { SIZE } from './messages/headers.ts';\n",
  // runtime/ alone touches the host
  'packages/core/src/runtime/system-runtime.ts':
    "import type { Logger } from '../observability/logger.ts';\nexport const systemRuntime = (logger: Logger) => ({ logger, now: () => Date.now(), id: () => crypto.randomUUID(), later: setTimeout });\n",
  // two files that name each other's types are no circle
  'packages/core/src/runtime/runtime.ts':
    "import type { Timer } from './timer.ts';\nexport interface Runtime {\n  setTimeout(run: () => void, ms: number): Timer;\n  readonly random: () => number;\n}\nexport const NONE = 0;\n",
  'packages/core/src/runtime/timer.ts':
    "import { NONE } from './runtime.ts';\nexport interface Timer {\n  readonly runtime: import('./runtime.ts').Runtime;\n}\nexport const first = NONE;\n",
  'packages/core/src/observability/logger.ts':
    "import type { ErrorCode } from '../errors/error-codes.ts';\nexport interface Logger {\n  warn(code: ErrorCode): void;\n}\n",
  'packages/core/src/errors/error-codes.ts': "export type ErrorCode = 'CLOSED';\n",
  // names that only look like a product; data carries no prefix; what is constant is no state
  'packages/core/src/messages/headers.ts':
    "export const SIZE = 1;\nconst ALTERNATES: ReadonlySet<string> = new Set();\nconst donatsSigned = 'page, raws and alternates';\nexport const headers = [ALTERNATES, donatsSigned, new Date(0), Math.max(1, 2)];\nexport interface Identity {\n  readonly id: string;\n}\n",
  'packages/core/src/transport/message-transport.ts':
    "import type { ITransportDelivery } from './delivery.ts';\nexport interface IMessageTransport {\n  receive(onDelivery: (delivery: ITransportDelivery) => void): void;\n}\n",
  'packages/core/src/transport/delivery.ts':
    'export interface Acked {\n  readonly at: Date;\n}\nexport interface ITransportDelivery {\n  ack(): Acked;\n}\n',
  'packages/core/src/serialization/message-serializer.ts':
    'export interface IMessageSerializer {\n  write(value: unknown): Uint8Array;\n}\n',
  'packages/core/src/outbox/outbox-store.ts': 'export interface IOutboxStore {\n  add(): void;\n}\n',
  'packages/core/src/unit-of-work/unit-of-work.ts':
    "import type { IOutboxStore } from '../outbox/outbox-store.ts';\nexport const open = (outbox: IOutboxStore) => outbox.add();\n",
  'packages/core/src/pipeline/step.ts': 'export interface Step<Context> {\n  run(context: Context): void;\n}\n',
  'packages/core/src/pipeline/incoming/check-headers.ts':
    "import { SIZE } from '../../messages/headers.ts';\nimport type { Step } from '../step.ts';\nexport const checkHeaders: Step<number> = { run: () => SIZE };\n",
  'packages/core/src/routing/resolve-destination.ts':
    "import type { Step } from '../pipeline/step.ts';\nexport function resolveDestination(): Step<number> {\n  return { run: () => undefined };\n}\n",
  'packages/core/src/recoverability/decide-recovery.ts':
    "import type { ErrorCode } from '../errors/error-codes.ts';\nexport const decideRecovery = (code: ErrorCode): string => (code === 'CLOSED' ? 'retry-now' : 'dead-letter');\n",
  // the name of a member is no use of the host
  'packages/core/src/recoverability/carry-out.ts':
    "import type { Acked } from '../transport/delivery.ts';\ninterface Clock {\n  setTimeout(): void;\n}\nexport const carryOut = async (acked: Acked, clock: Clock): Promise<Acked> => {\n  const { at } = acked;\n  clock.setTimeout();\n  return { setTimeout: clock, at };\n};\n",
  'packages/core/src/bus/default-pipeline.ts':
    "import { checkHeaders } from '../pipeline/incoming/check-headers.ts';\nimport { resolveDestination } from '../routing/resolve-destination.ts';\nexport const defaultPipeline = () => [checkHeaders, resolveDestination()];\n",
  'packages/core/src/bus/create-bus.ts':
    "import type { checkHeaders } from '../pipeline/incoming/check-headers.ts';\nimport { defaultPipeline } from './default-pipeline.ts';\nexport const createBus = (): readonly [typeof checkHeaders, number] => [defaultPipeline()[0], 1];\n",
  // a test may import an entry, wait briefly, and use a decorator
  'packages/core/test/bus.test.ts':
    "import { expect, it } from 'vitest';\nimport { createBus } from '../src/index.ts';\nconst signed = (_: unknown) => {};\n@signed\nclass Bus {}\nit('starts', { timeout: 9 }, async () => {\n  await new Promise((resolve) => setTimeout(resolve, 0));\n  expect(createBus()).not.toBe(Bus);\n});\n",
};

const OTHERS: Files = {
  'packages/transport-sqs/package.json': packageManifest('@waybill/transport-sqs', ['index'], {
    dependencies: { '@aws-sdk/client-sqs': '*' },
  }),
  // two packages of one scope are one client; what Node has is none
  'packages/transport-sqs/src/index.ts':
    "import { readFileSync } from 'node:fs';\nimport type { IMessageTransport } from '@waybill/core/transport';\nimport { SQSClient } from '@aws-sdk/client-sqs';\nimport { sign } from '@aws-sdk/sign';\nexport const sqs = (): IMessageTransport => ({ receive: () => void [readFileSync, SQSClient, sign] });\n",
  'packages/conformance/package.json': packageManifest('@waybill/conformance', ['index']),
  'packages/conformance/src/index.ts': "export { SIZE } from '@waybill/core/internal';\n",
  'examples/first/package.json': packageManifest('first', []),
  'examples/first/src/main.ts': "import { createBus } from '@waybill/core';\nlet bus = createBus();\nconsole.log((bus = createBus()));\n",
  'scripts/check.ts': "import { tool } from './tool.ts';\nconsole.log(tool);\n",
  'scripts/tool.ts': "export const tool = 'a tool';\n",
};

/** A small repository that keeps every law, and uses what the laws allow. */
export const CLEAN_WORKSPACE: Files = { ...CORE, ...OTHERS };
