import { describe, it } from 'mocha';
import { orderSuite } from '../suite.ts';

orderSuite({ describe, it });
