import { coreLevels, deliveryTouchers, noEntryImport, noImportCycle, pipelinePage } from './laws/import-laws.ts';
import { noDecoratorInCore, noForeignName, portPrefix, pureDecision, runtimeOnly } from './laws/core-laws.ts';
import {
  noAny,
  noAssignedFunction,
  noDefaultExport,
  noEnum,
  noExportStar,
  noModuleState,
  noSkippedTest,
  noSleep,
  noUsing,
} from './laws/language-laws.ts';
import { coreStandsAlone, noForeignPath, oneClientPerAdapter, publicEntriesOnly } from './laws/package-laws.ts';
import type { Breach, Law } from './laws/law.ts';
import { type Workspace, readWorkspace } from './laws/workspace.ts';

export const LAWS: readonly Law[] = [
  [noImportCycle, coreLevels, noEntryImport, deliveryTouchers, pipelinePage],
  [coreStandsAlone, publicEntriesOnly, oneClientPerAdapter, noForeignPath],
  [runtimeOnly, noForeignName, noDecoratorInCore, portPrefix, pureDecision],
  [noEnum, noAny, noDefaultExport, noExportStar, noModuleState, noUsing, noAssignedFunction, noSleep, noSkippedTest],
].flat();

/** Every breach of a law in the repository at `root`, one line each. */
export function checkLaws(root: string): readonly string[] {
  return breachesIn(readWorkspace(root));
}

export function breachesIn(workspace: Workspace): readonly string[] {
  return LAWS.flatMap((law) => law.check(workspace).map((breach) => describeBreach(law, breach)));
}

function describeBreach({ name, wayOut }: Law, { path, line, problem }: Breach): string {
  return `${path}${line === undefined ? '' : `:${line}`}  ${name}: ${problem} ${wayOut}`;
}
