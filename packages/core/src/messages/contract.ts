import type { StandardSchema } from './standard-schema.ts';

/** The kinds of message. Contracts of the kind `reply` are made by the bus, from those of their requests. */
export type ContractKind = 'command' | 'event' | 'query' | 'reply';

/**
 * A message definition: one exported value that carries name, version, schema and type of a message.
 * Made by `defineCommand`, `defineEvent` and `defineQuery`, never by hand.
 */
export interface Contract {
  readonly kind: ContractKind;
  /** The name on the wire. Stable for ever: it is in queues, stores and other people's code. */
  readonly name: string;
  /** Changes only when old receivers must not read the message. */
  readonly version: number;
  readonly schema: StandardSchema | undefined;
  /** The schema of the reply, where the contract was given one. */
  readonly replySchema: StandardSchema | undefined;
  /** The schemas of its named replies, by their kind, where the contract has several. */
  readonly namedReplies: ReadonlyMap<string, StandardSchema> | undefined;
  /** The endpoint that the contract names itself; `undefined` leaves the choice to the routes. */
  readonly endpoint: string | undefined;
  readonly hasReply: boolean;
  /** Types only: never present at run time. */
  readonly '~types': { readonly message: unknown; readonly input: unknown; readonly reply: unknown; readonly replyInput: unknown };
}

/**
 * Stands for the message, or the reply, of a contract that was given no type: no value fits it. Write the type
 * (`defineCommand<SubmitOrder>(name)`, `const SubmitOrder: Command<SubmitOrder> = …`), or give a `schema`.
 */
export interface Untyped {
  readonly '~untyped': 'this contract was given no type: write defineCommand<SubmitOrder>(name), or give it a schema';
}

/** A contract of a command: asks one endpoint to do something. */
export interface Command<Message, Reply = void, Input = Message, ReplyInput = Reply> extends Contract {
  readonly kind: 'command';
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': {
    readonly send: true;
    readonly publish: 'commands are sent: use `send`';
    readonly request: [Reply] extends [void] ? 'this command has no reply: use `send`, or give it a `reply`' : true;
  };
  readonly hasReply: [Reply] extends [void] ? false : true;
  readonly '~types': { readonly message: Message; readonly input: Input; readonly reply: Reply; readonly replyInput: ReplyInput };
}

/** A contract of a query: asks one endpoint for a value. */
export interface Query<Message, Reply, Input = Message, ReplyInput = Reply> extends Contract {
  readonly kind: 'query';
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': {
    readonly send: 'queries ask for a reply: use `request`';
    readonly publish: 'queries ask for a reply: use `request`';
    readonly request: true;
  };
  readonly hasReply: true;
  readonly '~types': { readonly message: Message; readonly input: Input; readonly reply: Reply; readonly replyInput: ReplyInput };
}

/** A contract of an event: tells that something has happened. */
export interface Event<Message, Input = Message> extends Contract {
  readonly kind: 'event';
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': {
    readonly send: 'events are published: use `publish`';
    readonly publish: true;
    readonly request: 'events have no reply: use `publish`';
  };
  readonly hasReply: false;
  readonly '~types': { readonly message: Message; readonly input: Input; readonly reply: void; readonly replyInput: void };
}

/** Any command: what `send` takes. An event goes to `publish`, a query to `request`. */
export interface AnyCommand extends Contract {
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': { readonly send: true };
  readonly kind: 'command';
}

/** Any event: what `publish` takes. A command goes to `send`, or to `request` for its reply. */
export interface AnyEvent extends Contract {
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': { readonly publish: true };
  readonly kind: 'event';
}

/** Any query, and any command with a reply: what `request` takes. A command gets one by the option `reply`; without it goes to `send`. */
export interface AnyRequest extends Contract {
  /** Types only: which verbs take it, and what the compiler says of the others. */
  readonly '~verbs': { readonly request: true };
  readonly kind: 'command' | 'query';
  readonly hasReply: true;
}

/** The type that a handler of the contract gets: the output of its schema. */
export type MessageOf<C extends Contract> = C['~types']['message'];

/** The type that a sender writes: the input of the contract's schema. */
export type InputOf<C extends Contract> = C['~types']['input'];

/** The type of the contract's reply, `void` where it has none: what `request` resolves to. */
export type ReplyOf<C extends Contract> = C['~types']['reply'];

/** The type that a handler replies with: the input of the reply's schema. */
export type ReplyInputOf<C extends Contract> = C['~types']['replyInput'];

/** One of several named replies: `{ kind, message }`, to switch on `kind`. */
export type OneOf<Replies extends object> = {
  readonly [Kind in keyof Replies]: { readonly kind: Kind; readonly message: Replies[Kind] };
}[keyof Replies];
