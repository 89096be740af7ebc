/** A link to a place in this repository. */
export interface RepositoryLink {
  readonly line: number;
  /** As it is written; empty for the same document. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** The links of a document that lead into the repository; none of those in blocks of code. */
export function linksOf(text: string): readonly RepositoryLink[] {
  return withoutCode(text)
    .split('\n')
    .flatMap((line, index) =>
      Array.from(line.matchAll(/\]\(([^)#:\s]*)(?:#([^)\s]*))?\)/g), ([, path = '', anchor]) => ({ line: index + 1, path, anchor })),
    );
}

/** The anchors that GitHub gives the headings of a document: in lower case, without signs, a number where one is taken. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const taken = new Map<string, number>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading);
    const count = taken.get(anchor) ?? 0;
    taken.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

/** The anchor of a heading that is the first of its name. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Blocks of code emptied, on as many lines. */
function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, (block) => '\n'.repeat(block.split('\n').length - 1));
}
