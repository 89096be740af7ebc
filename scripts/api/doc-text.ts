/** A docstring, taken apart. */
export interface DocText {
  /** Markdown, in paragraphs; links stand as `{@link Name}`. */
  readonly text: string;
  /** What is without the option; `undefined` where the docstring does not say. */
  readonly defaultValue: string | undefined;
  readonly throws: string | undefined;
}

const TAG = /\s*@(default|throws)\b\s*/;

/** Reads the comment of a declaration, with its stars. */
export function readDocText(comment: string): DocText {
  const [text = '', ...tagged] = withoutStars(comment).split(TAG);
  const found = new Map<string, string>();
  for (let index = 0; index < tagged.length; index += 2) found.set(tagged[index] as string, oneLine(tagged[index + 1] ?? ''));
  return { text: paragraphs(text), defaultValue: found.get('default'), throws: found.get('throws') };
}

function withoutStars(comment: string): string {
  const lines = comment
    .replace(/^\s*\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .split('\n');
  return lines
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

/** Each paragraph on one line; blocks of code as they stand. */
function paragraphs(text: string): string {
  const parts = text.split(/(^```[\s\S]*?^```$)/m).map((part) => part.trim());
  const prose = (part: string): string =>
    part
      .split(/\n\s*\n/)
      .map(oneLine)
      .join('\n\n');
  return parts
    .map((part) => (part.startsWith('```') ? part : prose(part)))
    .filter((part) => part !== '')
    .join('\n\n');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
