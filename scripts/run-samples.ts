// Imports the samples that it is given one after another, and tells which failed. Run by the check of the samples.
import { pathToFileURL } from 'node:url';

const LIMIT_MS = 20_000;

async function importSample(path: string): Promise<void> {
  let reject: (reason: unknown) => void = () => undefined;
  const late = new Promise<never>((_, giveUp) => (reject = giveUp));
  const timer = setTimeout(() => reject(new Error(`It has not ended after ${LIMIT_MS} ms.`)), LIMIT_MS);
  process.on('unhandledRejection', reject);
  try {
    await Promise.race([import(pathToFileURL(path).href), late]);
  } finally {
    clearTimeout(timer);
    process.off('unhandledRejection', reject);
  }
}

console.log = console.error = () => undefined; // what samples say is for their readers
const failed: string[] = [];
for (const path of process.argv.slice(2))
  await importSample(path).catch((error: unknown) => failed.push(`${path}  The sample does not run: ${String(error)}`));
if (failed.length > 0) process.stdout.write(`${failed.join('\n')}\n`);
process.exit(failed.length === 0 ? 0 : 1); // some samples leave a bus that runs on
