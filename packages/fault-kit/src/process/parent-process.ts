import { createInterface } from 'node:readline';

/** How a script speaks with the one that started it as a `ScriptProcess`. */
export interface ParentProcess {
  /** Says something, as one line of JSON. Resolves when it is on its way: before a process ends itself, it waits for it. */
  readonly tell: (line: unknown) => Promise<void>;
  /** Hears what it is told, which keeps the process alive; the returned function ends that. */
  readonly listen: (onLine: (line: unknown) => void) => () => void;
}

/** For the script that was started. */
export function parentProcess(): ParentProcess {
  return {
    tell: (line) => new Promise((resolve) => process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve())),
    listen: (onLine) => {
      const lines = createInterface({ input: process.stdin });
      lines.on('line', (text) => onLine(JSON.parse(text)));
      return () => {
        lines.close();
        process.stdin.destroy();
      };
    },
  };
}
