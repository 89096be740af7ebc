import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Kills the processes whose ids stand in `folder`: those of test files that did not come to their end. */
export async function endLeftovers(folder: string): Promise<readonly string[]> {
  const files = globSync('*/*.pid', { cwd: folder }).filter((file) => !file.endsWith('node.pid')); // that one is the broker's own note
  return files.map((file) => {
    const pid = Number(readFileSync(join(folder, file), 'utf8'));
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
    return `${file} (process ${pid}) was still running, and is killed`;
  });
}
