import { describe, it } from '@jest/globals';
import { orderSuite } from '../suite.ts';

orderSuite({ describe, it });
