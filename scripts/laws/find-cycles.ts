import type { SourceFile } from './source-file.ts';

/** The circles of value imports among these files, each once, as paths in import order. */
export function findCycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const edges = new Map(files.map((file) => [file.path, valueTargets(file)]));
  const done = new Set<string>();
  const cycles: (readonly string[])[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push(trail.slice(start));
    if (start !== -1 || done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };

  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function valueTargets(file: SourceFile): readonly string[] {
  return file.imports.flatMap(({ isValue, target }) => (isValue && target !== undefined ? [target] : []));
}
