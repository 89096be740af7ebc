// A bus on each form of memory that is named, all at once; `lingers` keeps the process for a while after they have stopped.
import { liveOnce } from '@waybill/conformance';
import { memory, type MemoryLikeness } from '../../src/index.ts';

const LINGERS_MS = 500;
const lingers = process.argv.includes('lingers');
const forms = process.argv.slice(2).filter((form) => form !== 'lingers');

await Promise.all(forms.map((form) => liveOnce(() => memory(form === 'memory' ? {} : { like: form as MemoryLikeness }), 'alone')));
if (lingers) setTimeout(() => undefined, LINGERS_MS);
