import type { AnyCommand, AnyEvent, AnyRequest, Contract } from '@waybill/core';
import { describeWanted, line, matches, nearMisses } from '../expecting/near-misses.ts';
import type { Where } from '../expecting/recorded-messages.ts';
import { show } from '../expecting/show.ts';
import type { PayloadOf, RecordedMessage, RecordKind } from '../recording/recorded-message.ts';

/** What must hold after the message of a scenario was handled. */
export interface Expectation {
  /** What is wrong, or nothing. Adds to `accounted` the recordings that it accounts for. */
  readonly check: (seen: readonly RecordedMessage[], accounted: Set<RecordedMessage>) => string | undefined;
}

/** Which error: of a class, with a code or text, or with a text that matches. */
export type ErrorPattern = string | RegExp | (abstract new (...args: never[]) => Error);

/** Such an event was published. */
export function published<C extends AnyEvent>(contract: C, where?: Where<PayloadOf<'published', C>>): Expectation {
  return one('published', contract, where);
}

/** Such a command was sent. */
export function sent<C extends AnyCommand>(contract: C, where?: Where<PayloadOf<'sent', C>>): Expectation {
  return one('sent', contract, where);
}

/** The request of this contract got such a reply. */
export function replied<C extends AnyRequest>(contract: C, where?: Where<PayloadOf<'replied', C>>): Expectation {
  return one('replied', contract, where);
}

/** A handler failed; with any error where none is given. */
export function failed(match?: ErrorPattern): Expectation {
  return {
    check: (seen, accounted) => {
      const failures = seen.filter(({ kind }) => kind === 'faulted');
      for (const failure of failures) accounted.add(failure);
      if (failures.some(({ error }) => isError(error, match))) return undefined;
      const wanted = match === undefined ? '' : ` with ${typeof match === 'function' ? match.name : String(match)}`;
      return [`No handler failed${wanted}.`, ...failures.map(line)].join('\n');
    },
  };
}

/** Beside what the expectations before it name, the handlers sent, published and replied nothing. */
export function nothingElse(): Expectation {
  return {
    check: (seen, accounted) => {
      const others = seen.filter((one) => LEFT.includes(one.kind) && one.from !== undefined && !accounted.has(one));
      return others.length === 0
        ? undefined
        : ['Something else left:', ...others.map((other) => `${line(other)}, ${other.kind}`)].join('\n');
    },
  };
}

const LEFT: readonly RecordKind[] = ['sent', 'published', 'replied'];

/** One recording accounts for one expectation: who expects two equal messages must see two. */
function one(kind: RecordKind, contract: Contract, where: unknown): Expectation {
  return {
    check: (seen, accounted) => {
      const found = seen.filter((message) => message.kind === kind && matches(message, contract, where));
      const free = found.find((message) => !accounted.has(message));
      if (free !== undefined) {
        accounted.add(free);
        return undefined;
      }
      const wanted = { kind, contract, where };
      return found.length === 0
        ? nearMisses(wanted, seen, [])
        : `${describeWanted(wanted)} was ${kind} less often than expected: ${found.length} times.`;
    },
  };
}

function isError(error: unknown, match: ErrorPattern | undefined): boolean {
  if (match === undefined) return true;
  if (typeof match === 'function') return error instanceof match;
  const { code, message } = Object(error) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof match === 'string') return code === match || message === match;
  return match.test(typeof message === 'string' ? message : show(error));
}
