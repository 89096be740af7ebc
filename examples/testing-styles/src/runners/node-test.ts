import { describe, it } from 'node:test';
import { orderSuite } from '../suite.ts';

orderSuite({ describe, it });
