import { aConnectionThatBreaks } from './70-a-connection-that-breaks.ts';
import { aCommitWithoutAnAnswer } from './71-a-commit-without-an-answer.ts';
import { aDatabaseThatIsAway } from './72-a-database-that-is-away.ts';
import type { StoreCase } from '../../store-case.ts';

/** The database fails. */
export const FAULTS_CASES: readonly StoreCase[] = [aConnectionThatBreaks, aCommitWithoutAnAnswer, aDatabaseThatIsAway];
