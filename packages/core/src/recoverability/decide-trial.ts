import { wholeNumber } from '../messages/whole-number.ts';

/**
 * So many trials must end with their process before the message is blamed. Fewer may be chance: a connection that is lost, or a process
 * that is killed at the wrong moment, looks the same to the next process.
 */
export const CRASHES_TO_BLAME = 3;

/** How often a message came back, and nobody knows why. */
export interface TrialRecord {
  /** While others were in hand, too. */
  readonly returns: number;
  /** From a trial, where nothing else was handled. */
  readonly crashes: number;
}

/**
 * What a message says about itself, in `waybill-trial` as `<returns>/<crashes>/<deliveries>`, and `/alone` for a trial. It is
 * written before the handler begins, so that it is still there when the handler ends the process.
 */
export interface TrialMark extends TrialRecord {
  /** What the broker counts when the message arrives with this mark the first time. If it counts more, the message came back. */
  readonly deliveries: number;
  /** It is on its way to a trial, or in it. */
  readonly isAlone: boolean;
}

/** A message that arrives once more. */
export interface Return {
  /** What the broker counts, from 1; where it only knows that the message came before, 2. */
  readonly deliveries: number;
  readonly mark: TrialMark | undefined;
  /** Deliveries that we asked for ourselves, on the message where it stands. */
  readonly askedFor: number;
  /** This process had it in hand when it went back: it has not ended the process. */
  readonly isKnown: boolean;
}

/** What it depends on beside the message. */
export interface TrialPolicy {
  /** After so many returns it is handled alone. */
  readonly maxCrashes: number;
  /** The broker does not count: each return is written into the message. */
  readonly countsByMark: boolean;
}

/** What is to be done with it. */
export type TrialDecision =
  | { readonly kind: 'handle' }
  /** `count`: handled as ever, when its mark tells of this return. `suspect`: it needs a trial. `try-alone`: this is its trial. */
  | (TrialRecord & { readonly kind: 'count' | 'suspect' | 'try-alone' | 'dead-letter' });

/**
 * Return → decision. Pure. When a process dies, all that it had in hand comes back, the guilty and the innocent alike, and
 * so it is when a connection is lost; so only what came back again and again is handled alone, and only what
 * then comes back again is blamed.
 */
export function decideTrial({ deliveries, mark, askedFor, isKnown }: Return, policy: TrialPolicy): TrialDecision {
  const cameBack = isKnown ? 0 : Math.max(0, deliveries - (mark?.deliveries ?? 1 + askedFor));
  const { returns, crashes, isAlone } = mark ?? CLEARED;
  if (!isAlone) return decideBeside({ returns: returns + cameBack, crashes }, cameBack > 0, policy);
  return cameBack === 0 ? { kind: 'try-alone', returns, crashes } : decideCrash({ returns, crashes: crashes + 1 });
}

/** What a message begins with, and again when it was handled to an end: whatever came before, its process lives. */
export const CLEARED: Omit<TrialMark, 'deliveries'> = Object.freeze({ returns: 0, crashes: 0, isAlone: false });

function decideBeside(record: TrialRecord, cameBack: boolean, { maxCrashes, countsByMark }: TrialPolicy): TrialDecision {
  if (record.returns >= maxCrashes) return { kind: 'suspect', ...record };
  return cameBack && countsByMark ? { kind: 'count', ...record } : { kind: 'handle' };
}

const decideCrash = (record: TrialRecord): TrialDecision => ({
  kind: record.crashes >= CRASHES_TO_BLAME ? 'dead-letter' : 'suspect',
  ...record,
});

const MARK = /^(\d+)\/(\d+)\/(\d+)(\/alone)?$/;

/** Reads the header; what makes no sense is no mark. */
export function readTrialMark(text: string | undefined): TrialMark | undefined {
  const [, returns, crashes, deliveries, alone] = MARK.exec(text ?? '') ?? [];
  const mark = { returns: wholeNumber(returns), crashes: wholeNumber(crashes), deliveries: wholeNumber(deliveries) };
  return mark.deliveries > 0 ? { ...mark, isAlone: alone !== undefined } : undefined;
}

/** The header. */
export const writeTrialMark = ({ returns, crashes, deliveries, isAlone }: TrialMark): string =>
  `${returns}/${crashes}/${deliveries}${isAlone ? '/alone' : ''}`;
