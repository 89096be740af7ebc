import { FaultLog } from '@waybill/fault-kit';

import type { Machine } from '../src/resolution/machine.ts';
import type { OwnNode } from '../src/own-node.ts';
import type { ServerKind, Space } from '../src/server-kind.ts';

/** A kind of server of which those in `answering` answer, and a machine that has what the test gives it. What happened stands in `events`. */
export class Fakes {
  readonly events: string[] = [];
  readonly answering = new Set<string>();
  readonly environment: Record<string, string> = {};
  dockerProblem: string | undefined = 'docker info fails';
  nativeProblem: string | undefined = 'not installed';

  readonly kind: ServerKind = {
    name: 'rabbitmq',
    title: 'RabbitMQ',
    standardUrl: 'amqp://guest:guest@127.0.0.1:5672',
    advice: 'apt-get install rabbitmq-server',
    probe: async (url) => {
      this.events.push(`probe ${url}`);
      if (!this.answering.has(url)) throw new Error('nobody answers.');
      return '3.10.8';
    },
    spacesOf: async () => ({ way: 'virtual hosts', make: (name) => this.#makeSpace(name) }),
    image: { name: 'rabbitmq:4', port: 5672, urlAt: (host, port) => `amqp://${host}:${port}` },
    native: { problem: async () => this.nativeProblem, start: async (folder) => this.#startNode(folder) },
  };

  readonly machine: Machine = {
    environment: this.environment,
    dockerProblem: async () => this.dockerProblem,
    startContainer: async ({ name, urlAt }) => {
      this.events.push(`start container ${name}`);
      return {
        url: urlAt('127.0.0.1', 40_000),
        run: async () => ({ exitCode: 0, output: '' }),
        stop: async () => this.#note('stop container'),
      };
    },
    makeFolder: (name) => `/folder/${name}`,
  };

  #note(event: string): void {
    this.events.push(event);
  }

  async #makeSpace(name: string): Promise<Space> {
    this.#note(`make ${name}`);
    return { url: `amqp://127.0.0.1/${name}`, prefix: '', remove: async () => this.#note(`remove ${name}`) };
  }

  #startNode(folder: string): OwnNode {
    this.#note(`start native in ${folder}`);
    return {
      faults: new FaultLog(),
      version: '3.10.8',
      url: 'amqp://127.0.0.1:20001',
      isRunning: true,
      start: async () => {},
      stop: async () => {},
      kill: async () => {},
      freeze: () => {},
      thaw: () => {},
      trouble: () => '',
      [Symbol.asyncDispose]: async () => this.#note('dispose native'),
    };
  }
}
