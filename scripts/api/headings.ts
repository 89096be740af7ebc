/** A heading in the source of an entry, and what is exported below it. */
export interface Heading {
  readonly title: string;
  readonly names: readonly string[];
}

const LINE = /^\/\/ (?<title>.+)$|^export (?:type )?\{(?<names>[^}]*)\}/gm;

/** The headings of an entry that are no sentences: `// contracts`; the first line of a file may be one, `// For applications.` */
export function readHeadings(source: string): readonly Heading[] {
  const headings: { readonly title: string; readonly names: string[] }[] = [];
  for (const { groups } of source.matchAll(LINE)) {
    const { title, names } = groups ?? {};
    if (title !== undefined && !title.endsWith('.')) headings.push({ title, names: [] });
    if (names !== undefined) headings.at(-1)?.names.push(...namesIn(names));
  }
  return headings;
}

function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^.* as /, ''))
    .filter((name) => name !== '');
}
