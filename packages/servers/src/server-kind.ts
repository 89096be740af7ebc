import type { OwnNode } from './own-node.ts';
import type { CommandResult } from './run-command.ts';

/** Where a server came from, in the order in which the ways are tried. */
export type ServerSource = 'address' | 'listening' | 'docker' | 'native';

/** One kind of server, such as RabbitMQ: one file says all that the resolver has to know about it. */
export interface ServerKind<Node extends OwnNode = OwnNode> {
  /** As it is written in `WAYBILL_REQUIRE`, such as `rabbitmq`; `WAYBILL_RABBITMQ_URL` is made from it. */
  readonly name: string;
  /** As people write it, such as `RabbitMQ`. */
  readonly title: string;
  /** Where one listens that nobody configured. */
  readonly standardUrl: string;
  /** How to get one, for the reader of a failure, such as `apt-get install rabbitmq-server`. */
  readonly advice: string;
  /** The version, asked for in the server's own protocol. Rejects where no such server answers within 30 s; an open port is not enough. */
  readonly probe: (url: string) => Promise<string>;
  /** Finds out how a space of one's own is made on a running server, and what to do where that is impossible. */
  readonly spacesOf: (server: RunningServer) => Promise<SpaceMaker>;
  /** What to start with testcontainers. */
  readonly image: ContainerImage;
  /** How to start one with what is installed. */
  readonly native: NativeStart<Node>;
}

export interface ContainerImage {
  readonly name: string;
  readonly port: number;
  /** Of the container. @default nothing beside that of the image */
  readonly environment?: Readonly<Record<string, string>>;
  readonly urlAt: (host: string, port: number) => string;
}

export interface RunningContainer {
  readonly url: string;
  /** Runs a program inside it. */
  readonly run: (command: readonly string[]) => Promise<CommandResult>;
  readonly stop: () => Promise<void>;
}

export interface NativeStart<Node extends OwnNode> {
  /** What is missing on this machine, or undefined. */
  readonly problem: () => Promise<string | undefined>;
  /** Starts one in `folder`, on free ports of 127.0.0.1. Resolves when it answers. */
  readonly start: (folder: string) => Promise<Node>;
}

/** A server that answers. */
export interface RunningServer {
  readonly kind: ServerKind;
  readonly source: ServerSource;
  readonly version: string;
  /** With credentials. */
  readonly url: string;
  /** Where this run started it natively. */
  readonly node?: OwnNode;
  /** Where this run started it in Docker. */
  readonly container?: RunningContainer;
  /** Ends it where this run started it, and does nothing where it did not. */
  readonly stop: () => Promise<void>;
}

/** A part of a server that belongs to one user alone: a virtual host, a database, or at least a prefix for names. */
export interface Space {
  /** With credentials, and with the space itself where the server has such a thing. */
  readonly url: string;
  /** What every name must begin with; empty where the space is separate anyway. */
  readonly prefix: string;
  /** Removes the space and all that is in it. */
  readonly remove: () => Promise<void>;
}

export interface SpaceMaker {
  /** How it makes them, for the summary, such as `virtual hosts by rabbitmqctl`. */
  readonly way: string;
  readonly make: (name: string) => Promise<Space>;
}

/** The environment variable with the address of a server. */
export function variableOf({ name }: Pick<ServerKind, 'name'>): string {
  return `WAYBILL_${name.toUpperCase().replaceAll('-', '_')}_URL`;
}
