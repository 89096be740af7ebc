import type { Monitor } from '../monitor.ts';
import type { ChaosDatabase } from '../stores/store.ts';
import { type ChaosFault, everywhere } from './chaos-fault.ts';
import { serverFaults } from './server-faults.ts';

/** At the database itself, for everybody. */
export function databaseFaults(database: ChaosDatabase, monitor: Monitor): readonly ChaosFault[] {
  return [
    ...serverFaults('database', database, monitor, database.ends),
    everywhere('close-sessions', async () => (await database.closeSessions()) > 0),
  ];
}
