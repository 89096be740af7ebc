import { textsOfKeys } from './62-texts-of-keys.ts';
import { textsOfEntries } from './63-texts-of-entries.ts';
import { bodies } from './64-bodies.ts';
import { manyKeysAndHeaders } from './65-many-keys-and-headers.ts';
import { sequencesFromOutside } from './66-sequences-from-outside.ts';
import type { StoreCase } from '../../store-case.ts';

/** Texts, bytes and numbers that break what is built of them. */
export const HOSTILE_CASES: readonly StoreCase[] = [textsOfKeys, textsOfEntries, bodies, manyKeysAndHeaders, sequencesFromOutside];
