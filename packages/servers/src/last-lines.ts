const MOST_LINES = 40;
/** Where an entry begins; it may go on in further lines. */
const BEGINNING = /^\d{4}-\d\d-\d\d /;

/** The last lines of the entries of a log that are meant, the oldest first. */
export function lastLines(log: string, meant: RegExp): string {
  let isMeant = false;
  const lines = log.split('\n').filter((line) => {
    if (BEGINNING.test(line)) isMeant = meant.test(line);
    return isMeant && line !== '';
  });
  return lines.slice(-MOST_LINES).join('\n');
}
