import { aForeignAddressIsRefused } from './a-foreign-address-is-refused.ts';
import { aLateReplyIsDroppedAndCounted } from './a-late-reply-is-dropped-and-counted.ts';
import { aReplyComesToItsProcess } from './a-reply-comes-to-its-process.ts';
import { aReplyToNobodyIsDropped } from './a-reply-to-nobody-is-dropped.ts';
import { anInboxEndsWithItsTransport } from './an-inbox-ends-with-its-transport.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Reply inboxes. */
export const REPLIES_CASES: readonly TransportCase[] = [
  aForeignAddressIsRefused,
  aLateReplyIsDroppedAndCounted,
  aReplyComesToItsProcess,
  aReplyToNobodyIsDropped,
  anInboxEndsWithItsTransport,
];
