import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type OwnNodeOf, SERVER_KINDS, type ServerName, serverKind } from './server-kinds.ts';

/**
 * Starts a server of one's own, for those who kill it: natively, on free ports of 127.0.0.1, with its data below `folder`.
 * @throws Error that says what is missing on this machine.
 */
export async function startOwn<Name extends ServerName>(name: Name, folder: string = tmpdir()): Promise<OwnNodeOf<Name>> {
  const { title, advice, native } = serverKind(name);
  const problem = await native.problem();
  if (problem !== undefined) throw new Error(`No ${title} of one's own can be started: ${problem}. Install it: ${advice}.`);
  return SERVER_KINDS[name].native.start(mkdtempSync(join(folder, `waybill-${name}-`)));
}
