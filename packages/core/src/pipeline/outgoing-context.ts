import type { Contract } from '../messages/contract.ts';
import { MessageHeaders, SLOTS } from '../messages/message-headers.ts';
import type { Destination, TransportEntry } from '../transport/transport-message.ts';
import type { ConsumeContext } from './consume-context.ts';
import type { SendOptions } from './message-sender.ts';
import type { PipelineContext } from './step.ts';

const UNKNOWN: Destination = Object.freeze({ kind: 'endpoint', name: '' });
const NO_BODY = new Uint8Array(0);

/** One message on its way out: what flows through the outgoing steps, and at their end the entry for the transport. */
export class OutgoingContext implements PipelineContext, TransportEntry {
  position = 0;
  readonly contract: Contract;
  readonly message: unknown;
  readonly options: SendOptions;
  /** The message being handled, when it is sent from a handler. */
  readonly parent: ConsumeContext | undefined;
  readonly headers: MessageHeaders = MessageHeaders.empty();
  /** True when the last step, `serialize-message`, has run. */
  serialized: boolean = false;
  body: Uint8Array = NO_BODY;
  /** Set by the step `resolve-destination`; before it where a reply goes to the address that its request names. */
  destination: Destination = UNKNOWN;
  /** `none`: it goes to the transport. `now`: into the outbox, from where it leaves. `until-due`: it waits there for `notBefore`, too, since the transport cannot. */
  outbox: 'none' | 'now' | 'until-due' = 'none';
  partitionKey: string | undefined;
  notBefore: number | undefined;
  expiresAt: number | undefined;
  priority: number | undefined;

  constructor(contract: Contract, message: unknown, options: SendOptions, parent: ConsumeContext | undefined) {
    this.contract = contract;
    this.message = message;
    this.options = options;
    this.parent = parent;
  }

  /** `undefined` before the step `assign-identifiers`. */
  get messageId(): string | undefined {
    return this.headers.at(SLOTS.id);
  }

  /** The registry of serializers gives bytes that nobody else writes to; the headers are sealed when all steps have run. */
  get immutable(): true {
    return true;
  }

  /** True once something has said where it goes. */
  get isAddressed(): boolean {
    return this.destination !== UNKNOWN;
  }
}
