import type { Breach } from './law.ts';
import type { SourceFile } from './source-file.ts';
import type { Place } from './syntax.ts';

/** The places of a file where `find` sees something, as breaches. */
export function breachesIn(
  file: SourceFile,
  find: (place: Place) => string | undefined,
  problem: (what: string) => string,
): readonly Breach[] {
  return file.places.flatMap((place) => {
    const what = find(place);
    return what === undefined ? [] : [{ path: file.path, line: file.lineOf(place.node), problem: problem(what) }];
  });
}
