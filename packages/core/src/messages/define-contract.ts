import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions, isOptions } from '../errors/option-problems.ts';
import type { Command, Contract, ContractKind, Event, OneOf, Query, Untyped } from './contract.ts';
import { assertContractName, assertEndpointName, assertReplyKind } from './message-name.ts';
import type { SchemaInput, SchemaOutput, StandardSchema } from './standard-schema.ts';

/** Options of `defineCommand`, `defineEvent` and `defineQuery`. Beside those below: `schema`, any Standard Schema, which gives the type as well. */
export interface ContractOptions {
  /** A whole number from 1. It changes only when old receivers must not read the message. @default 1 */
  readonly version?: number;
}

/**
 * Options of commands and queries. Beside those below: `reply`, a schema of the reply, and `reply: true` for a command whose reply has a
 * type and no schema; or `replies`, the schemas of several named replies.
 */
export interface RequestContractOptions extends ContractOptions {
  /** The endpoint that handles it, where neither the call nor a route names one. @default the name up to its last dot */
  readonly endpoint?: string;
}

/** Named replies: the schema of each, by its kind. `typed<T>()` stands for a schema that checks nothing. */
export type ReplySchemas = Readonly<Record<string, StandardSchema>>;

/** The types that requesters get, by the kind of the reply. */
export type ReplyOutputs<R extends ReplySchemas> = { readonly [Kind in keyof R]: SchemaOutput<R[Kind]> };

/** The types that handlers reply with, by the kind of the reply. */
export type ReplyInputs<R extends ReplySchemas> = { readonly [Kind in keyof R]: SchemaInput<R[Kind]> };

/**
 * Defines a command: a message that asks exactly one endpoint to do something.
 *
 * ```ts no-check
 * export interface SubmitOrder { readonly orderId: string }
 * export const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');
 * ```
 * @throws ConfigurationError `NAME_INVALID`, `OPTION_INVALID`
 */
export function defineCommand<Message = Untyped>(name: string, options?: RequestContractOptions): Command<Message>;
export function defineCommand<Message, Reply>(
  name: string,
  options: RequestContractOptions & { readonly reply: true },
): Command<Message, Reply>;
export function defineCommand<S extends StandardSchema, R extends ReplySchemas>(
  name: string,
  options: RequestContractOptions & { readonly schema: S; readonly replies: R },
): Command<SchemaOutput<S>, OneOf<ReplyOutputs<R>>, SchemaInput<S>, OneOf<ReplyInputs<R>>>;
export function defineCommand<S extends StandardSchema, R extends StandardSchema>(
  name: string,
  options: RequestContractOptions & { readonly schema: S; readonly reply: R },
): Command<SchemaOutput<S>, SchemaOutput<R>, SchemaInput<S>, SchemaInput<R>>;
export function defineCommand<S extends StandardSchema>(
  name: string,
  options: RequestContractOptions & { readonly schema: S },
): Command<SchemaOutput<S>, void, SchemaInput<S>>;
export function defineCommand(name: string, options?: AllOptions): Contract {
  return makeContract('command', name, options);
}

/**
 * Defines an event: a message that tells any number of subscribers that something has happened.
 * @throws ConfigurationError `NAME_INVALID`, `OPTION_INVALID`
 */
export function defineEvent<Message = Untyped>(name: string, options?: ContractOptions): Event<Message>;
export function defineEvent<S extends StandardSchema>(
  name: string,
  options: ContractOptions & { readonly schema: S },
): Event<SchemaOutput<S>, SchemaInput<S>>;
export function defineEvent(name: string, options?: AllOptions): Contract {
  return makeContract('event', name, options);
}

/**
 * Defines a query: a message that asks one endpoint for a value.
 * @throws ConfigurationError `NAME_INVALID`, `OPTION_INVALID`
 */
export function defineQuery<Message = Untyped, Reply = Untyped>(name: string, options?: RequestContractOptions): Query<Message, Reply>;
export function defineQuery<S extends StandardSchema, R extends ReplySchemas>(
  name: string,
  options: RequestContractOptions & { readonly schema: S; readonly replies: R },
): Query<SchemaOutput<S>, OneOf<ReplyOutputs<R>>, SchemaInput<S>, OneOf<ReplyInputs<R>>>;
export function defineQuery<S extends StandardSchema, R extends StandardSchema>(
  name: string,
  options: RequestContractOptions & { readonly schema: S; readonly reply: R },
): Query<SchemaOutput<S>, SchemaOutput<R>, SchemaInput<S>, SchemaInput<R>>;
export function defineQuery(name: string, options?: AllOptions): Contract {
  return makeContract('query', name, options);
}

interface AllOptions extends RequestContractOptions {
  readonly schema?: StandardSchema;
  readonly reply?: StandardSchema | true;
  readonly replies?: ReplySchemas;
}

const EVENT_OPTIONS: readonly string[] = ['version', 'schema'];
const REQUEST_OPTIONS: readonly string[] = Object.keys({
  version: true,
  endpoint: true,
  schema: true,
  reply: true,
  replies: true,
} satisfies Record<keyof AllOptions, true>);

function makeContract(kind: ContractKind, name: string, options: AllOptions = {}): Contract {
  assertContractName(name);
  assertOptions(`the ${kind} "${name}"`, options, kind === 'event' ? EVENT_OPTIONS : REQUEST_OPTIONS);
  assertSchemas(name, options);
  if (options.endpoint !== undefined) assertEndpointName(options.endpoint);
  const contract: Omit<Contract, '~types'> = {
    kind,
    name,
    version: versionOf(name, options),
    schema: options.schema,
    replySchema: typeof options.reply === 'object' || typeof options.reply === 'function' ? options.reply : undefined,
    namedReplies: namedReplies(name, options),
    endpoint: options.endpoint,
    hasReply: kind === 'query' || options.reply !== undefined || options.replies !== undefined,
  };
  return Object.freeze(contract) as Contract;
}

function versionOf(name: string, { version = 1 }: AllOptions): number {
  if (Number.isSafeInteger(version) && version >= 1) return version;
  throw unfit(name, 'version', version, 'Use a whole number from 1.');
}

function assertSchemas(name: string, { schema, reply, replies }: AllOptions): void {
  if (schema !== undefined) assertSchema(name, 'schema', schema);
  if (reply !== undefined && reply !== true) assertSchema(name, 'reply', reply);
  if (replies !== undefined && !isOptions(replies))
    throw unfit(name, 'replies', replies, 'Pass an object: `{ found: schema, missing: schema }`.');
  for (const [kind, one] of Object.entries(replies ?? {})) assertSchema(name, `replies.${kind}`, one);
}

function assertSchema(name: string, option: string, schema: unknown): void {
  if (typeof (schema as Partial<StandardSchema> | null | undefined)?.['~standard']?.validate === 'function') return;
  throw unfit(name, option, schema, 'Pass a Standard Schema, of zod, valibot or arktype for example, or `typed<T>()`.');
}

function unfit(name: string, option: string, value: unknown, wayOut: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`${option}\` of the contract "${name}" is ${nameValue(value)}. ${wayOut}`, {
    details: { option },
  });
}

function namedReplies(name: string, { reply, replies }: AllOptions): ReadonlyMap<string, StandardSchema> | undefined {
  if (replies === undefined) return undefined;
  const named = new Map(Object.entries(replies));
  if (reply !== undefined || named.size === 0) {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `The contract "${name}" has ${reply === undefined ? '`replies` without an entry' : 'both `reply` and `replies`'}. Give it one reply, or several named ones.`,
      { details: { option: 'replies' } },
    );
  }
  for (const kind of named.keys()) assertReplyKind(kind, name);
  return named;
}
