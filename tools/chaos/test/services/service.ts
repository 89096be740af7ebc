import { join } from 'node:path';

import { ScriptProcess } from '@waybill/fault-kit';

export interface ServiceOptions {
  /** Of its bus, and of the endpoint that its commands are for. */
  readonly name: string;
  readonly database: string;
  readonly broker: string;
  readonly relays: boolean;
  readonly handles: boolean;
}

/** What a process is told. */
export type ServiceCommand = { readonly send: readonly string[]; readonly key?: string } | { readonly stop: true };

/** What it tells: its bus has started; a transaction was committed, or was not; the broker has taken a message from it. */
export type ServiceWord =
  | { readonly up: true }
  | { readonly sent: string }
  | { readonly failed: string; readonly code: string }
  | { readonly relayed: string };

const START_MS = 60_000;

/** One process of a service, and what it has said. */
export class Service implements AsyncDisposable {
  readonly sent: string[] = [];
  readonly failed: { readonly id: string; readonly code: string }[] = [];
  readonly relayed: string[] = [];
  readonly process: ScriptProcess;

  private constructor(options: ServiceOptions) {
    this.process = new ScriptProcess({
      script: join(import.meta.dirname, 'service-process.ts'),
      parameters: [JSON.stringify(options)],
      onLine: (line) => this.#hear(line as ServiceWord),
    });
  }

  /** @throws Error when its bus has not started after a minute */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.process.hear('that it is up', (line) => 'up' in (line as ServiceWord), START_MS);
    return service;
  }

  tell(command: ServiceCommand): void {
    this.process.tell(command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }

  #hear(word: ServiceWord): void {
    if ('sent' in word) this.sent.push(word.sent);
    else if ('failed' in word) this.failed.push({ id: word.failed, code: word.code });
    else if ('relayed' in word) this.relayed.push(word.relayed);
  }
}

/** Their ids. */
export function jobs(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
