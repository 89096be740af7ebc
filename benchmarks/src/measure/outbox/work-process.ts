import type { Urls } from './side.ts';
import { loadSide, type SideName } from './side.ts';

/** A process that works: `node work-process.ts <name of the side> <addresses of the servers>`. Tells its parent how many orders it has handled. */
const [name = '', ...urls] = process.argv.slice(2);
const TOLD_EVERY_MS = 20;
const side = await loadSide(name as SideName);
const handled = await side.work(urls as unknown as Urls);
let told = 0;
setInterval(() => {
  const now = handled();
  if (now !== told) process.send?.(now);
  told = now;
}, TOLD_EVERY_MS);
