import { describe, it } from 'vitest';
import { testTransport } from '@waybill/conformance';
import { memory, memoryBroker } from '../src/index.ts';

const broker = memoryBroker();
testTransport('memory', { create: () => memory({ broker }) }, { describe, it });
