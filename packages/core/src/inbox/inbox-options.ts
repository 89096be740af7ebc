import { assertOptions } from '../errors/option-problems.ts';
import type { Duration } from '../runtime/duration.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';

/** How the inbox remembers. */
export interface InboxOptions {
  /**
   * For so long a handled message is known; one that comes again later is handled again. It must be longer than the time within which
   * the transport may deliver a message once more. @default '7d'
   */
  readonly window?: Duration;
}

const INBOX_OPTIONS: readonly string[] = Object.keys({ window: true } satisfies Record<keyof InboxOptions, true>);

/** @throws ConfigurationError `OPTION_INVALID` */
export function inboxWindowMs(options: InboxOptions): number {
  assertOptions('`inbox`', options, INBOX_OPTIONS);
  return toPositiveMilliseconds(options.window ?? '7d', 'inbox.window');
}
