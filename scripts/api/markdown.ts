/** A block of code that the check of the samples does not compile. */
export function codeBlock(code: string): string {
  return `\`\`\`ts no-check\n${code}\n\`\`\``;
}

/** Code on one line. */
export function code(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

/** Text in a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll(/\n+/g, ' ').replaceAll('|', '\\|');
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map((cells) => line(cells.map(cell)))].join('\n');
}

/** Text with what a browser would take for a tag made harmless, outside of code. */
export function prose(text: string): string {
  return text.replaceAll(/(`+)[\s\S]*?\1|</g, (found) => (found === '<' ? '&lt;' : found));
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
