import { describe, expect, it } from 'vitest';

import { LAWS, breachesIn, checkLaws } from '../check-laws.ts';
import * as coreLaws from '../laws/core-laws.ts';
import * as importLaws from '../laws/import-laws.ts';
import * as languageLaws from '../laws/language-laws.ts';
import * as packageLaws from '../laws/package-laws.ts';
import { BREACHES } from './breaches.ts';
import { CLEAN_WORKSPACE } from './clean-workspace.ts';
import { type Files, workspaceOf } from '../laws/workspace.ts';
import { writeFiles } from './write-files.ts';

const MODULES: readonly object[] = [coreLaws, importLaws, languageLaws, packageLaws];

function breachesOf(files: Files): readonly string[] {
  return breachesIn(workspaceOf(files));
}

function exportedLaws(): readonly unknown[] {
  return MODULES.flatMap((one): unknown[] => Object.values(one)).filter(
    (one) => typeof one === 'object' && one !== null && 'wayOut' in one,
  );
}

describe('the laws of the repository', () => {
  it('find nothing in a clean workspace', () => {
    expect(breachesOf(CLEAN_WORKSPACE)).toEqual([]);
  });

  it('judge what stands in a folder', () => {
    const [breach] = BREACHES;
    using clean = writeFiles(CLEAN_WORKSPACE);
    using broken = writeFiles({ ...CLEAN_WORKSPACE, ...breach?.files });
    expect(checkLaws(clean.root)).toEqual([]);
    expect(checkLaws(broken.root)).toEqual(breachesOf({ ...CLEAN_WORKSPACE, ...breach?.files }));
  });

  it('are all enforced', () => {
    expect(new Set(LAWS)).toEqual(new Set(exportedLaws()));
  });

  it('have names of their own', () => {
    expect(new Set(LAWS.map(({ name }) => name)).size).toBe(LAWS.length);
  });

  it('each have a planted breach', () => {
    const planted = new Set(BREACHES.map(({ law }) => law));
    expect(planted).toEqual(new Set(LAWS.map(({ name }) => name)));
  });

  it.each(BREACHES)('report $law when $what', ({ law, at, files }) => {
    const found = breachesOf({ ...CLEAN_WORKSPACE, ...files });
    const places = found.map((one) => one.split(': ', 1)[0]);
    expect(places).toEqual([`${at}  ${law}`]);
  });

  it('say what to do about a breach', () => {
    const [breach] = BREACHES;
    const law = LAWS.find(({ name }) => name === breach?.law);
    const found = breachesOf({ ...CLEAN_WORKSPACE, ...breach?.files });
    expect(found[0]?.endsWith(` ${law?.wayOut}`)).toBe(true);
  });

  it('refuse to judge a file that does not parse', () => {
    expect(() => breachesOf({ ...CLEAN_WORKSPACE, 'scripts/tool.ts': 'export const = 1;\n' })).toThrow('scripts/tool.ts does not parse');
  });
});
