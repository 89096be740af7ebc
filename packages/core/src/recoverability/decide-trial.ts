import { wholeNumber } from '../messages/whole-number.ts';

/**
 * What a message says about its trials, in `waybill-trial` as `<number>/<deliveries>`. It is written before the handler begins,
 * so that it is still there when the handler ends the process.
 */
export interface TrialMark {
  /** The number of the trial, from 1; 0 when none is under way. */
  readonly number: number;
  /** What the broker counts when the message arrives for it the first time. If it counts more, the message came back. */
  readonly deliveries: number;
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
  /** After so many crashes the message is given up. */
  readonly maxCrashes: number;
  /** So many times it may come back before anybody wonders. */
  readonly tolerated: number;
}

/** What is to be done with it. */
export type TrialDecision =
  | { readonly kind: 'handle' }
  /** It may have ended a process: it needs a trial. `crashes` is how often it certainly has. */
  | { readonly kind: 'suspect'; readonly crashes: number }
  /** This is its trial. */
  | { readonly kind: 'try-alone' }
  | { readonly kind: 'dead-letter'; readonly crashes: number };

/**
 * Return → decision. Pure. When a process dies, all that it had in hand comes back, the guilty and the innocent alike; so a
 * return makes a suspect, and only one from a trial, where nothing else was handled, is a crash to its account.
 */
export function decideTrial({ deliveries, mark, askedFor, isKnown }: Return, { maxCrashes, tolerated }: TrialPolicy): TrialDecision {
  const returns = isKnown ? 0 : Math.max(0, deliveries - (mark?.deliveries ?? 1 + askedFor));
  const trial = mark?.number ?? 0;
  if (trial === 0) return returns > tolerated ? { kind: 'suspect', crashes: 0 } : { kind: 'handle' };
  if (returns === 0) return { kind: 'try-alone' };
  return { kind: trial >= maxCrashes ? 'dead-letter' : 'suspect', crashes: trial };
}

/** Reads the header; what makes no sense is no mark. */
export function readTrialMark(text: string | undefined): TrialMark | undefined {
  const [number = '', deliveries = '', ...rest] = text?.split('/') ?? [];
  const mark = { number: wholeNumber(number), deliveries: wholeNumber(deliveries) };
  return rest.length === 0 && mark.deliveries > 0 ? mark : undefined;
}

/** The header. */
export const writeTrialMark = ({ number, deliveries }: TrialMark): string => `${number}/${deliveries}`;
