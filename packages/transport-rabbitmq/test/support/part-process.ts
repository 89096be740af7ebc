import { playPart } from '@waybill/conformance';
import { parentProcess } from '@waybill/fault-kit';
import { rabbitmq } from '../../src/index.ts';

const [url, queue, part] = process.argv.slice(2) as [string, 'classic' | 'quorum', string];

await playPart(() => rabbitmq({ url, queue, heartbeat: '1s' }), part, parentProcess());
