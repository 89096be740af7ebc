import type { ApiEntry } from './api-entry.ts';
import { table } from './markdown.ts';

/** The list of the pages of the API. */
export function apiIndex(entries: readonly ApiEntry[]): string {
  const rows = entries.map(({ specifier, page, summary }) => [`[${specifier}](${page}.md)`, summary]);
  return `# API\n\nEvery exported symbol with its docstring, made by \`npm run api:update\`. All options together: [options](../options.md).\n\n${table(['package', ''], rows)}\n`;
}
