import { liveOnce } from '@waybill/conformance';
import { rabbitmq } from '../../src/index.ts';

const [url, queue, endpointName] = process.argv.slice(2) as [string, 'classic' | 'quorum', string];

await liveOnce(() => rabbitmq({ url, queue }), endpointName);
