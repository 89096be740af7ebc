import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { getuid } from 'node:process';

const SETPRIV = '/usr/bin/setpriv';
/** The first that there is: Debian's own, else the one that owns nothing. */
const USERS = ['postgres', 'nobody'];

/** Another user of this machine. */
export interface OtherUser {
  readonly name: string;
  readonly userId: number;
  readonly groupId: number;
}

/** Who runs PostgreSQL, which refuses root: `undefined` where we are not root, and run it ourselves. @throws Error where nobody can. */
export function serverUser(): OtherUser | undefined {
  if (getuid?.() !== 0) return undefined;
  if (!existsSync(SETPRIV))
    throw new Error('PostgreSQL does not run as root, and setpriv, which would make it another user, is not installed');
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of USERS) {
    const [, , userId, groupId] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (userId !== undefined && groupId !== undefined) return { name, userId: Number(userId), groupId: Number(groupId) };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${USERS.join(' or ')}`);
}

/** A command as that user. The process stays the one that was started, and ends with its parent. */
export function asUser(user: OtherUser | undefined, command: readonly string[]): readonly [string, ...string[]] {
  if (user === undefined) return command as [string, ...string[]];
  const { userId, groupId } = user;
  return [SETPRIV, `--reuid=${userId}`, `--regid=${groupId}`, '--clear-groups', '--pdeathsig', 'KILL', '--', ...command];
}

/** Lets others pass through the folders above, up to `top`, which are ours alone; they cannot list them. */
export function openTheWay(folder: string, top: string): void {
  for (let path = folder; path.startsWith(top) && path !== top; path = dirname(path)) chmodSync(path, 0o711);
}
