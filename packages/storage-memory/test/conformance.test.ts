import { describe, it } from 'vitest';
import { testStore } from '@waybill/conformance';
import { memoryHarness } from './support/memory-harness.ts';

testStore('memory', memoryHarness(), { describe, it });
