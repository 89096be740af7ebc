import { describe, it } from 'vitest';
import { orderSuite } from '../src/suite.ts';

orderSuite({ describe, it });
