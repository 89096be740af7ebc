import { liveOnce } from '@waybill/conformance';
import { memory, type MemoryLikeness } from '../../src/index.ts';

const like = process.argv[2] as MemoryLikeness | undefined;
const lingers = process.argv[3] === 'lingers';

await liveOnce(() => memory(like === undefined ? {} : { like }), 'alone');
if (lingers) setInterval(() => undefined, 1_000);
