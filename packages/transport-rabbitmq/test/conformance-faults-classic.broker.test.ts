import { describeOwn } from '@waybill/servers/vitest';
import { testFaults } from './support/fault-cases.ts';

await describeOwn('rabbitmq', (server) => testFaults(server, 'classic', 'memory'));
