/** A fenced block of TypeScript in a Markdown file. */
export interface Sample {
  /** The line of its first line of code in the document, from 1. */
  readonly line: number;
  readonly code: string;
  /** False where the fence says `no-check`. */
  readonly isChecked: boolean;
}

const FENCE = /^( *)(```+)(.*)$/;

interface OpenBlock {
  readonly indent: number;
  readonly fence: string;
  readonly info: string;
  readonly line: number;
  readonly code: string[];
}

/** The TypeScript blocks of a document. */
export function samplesOf(markdown: string): readonly Sample[] {
  const samples: Sample[] = [];
  let open: OpenBlock | undefined;
  for (const [index, text] of markdown.split(/\r?\n/).entries()) {
    if (open === undefined) open = openBlock(text, index + 2);
    else if (!closes(open, text)) open.code.push(text.slice(open.indent));
    else {
      if (isTypeScript(open)) samples.push(toSample(open));
      open = undefined;
    }
  }
  return samples;
}

function openBlock(text: string, line: number): OpenBlock | undefined {
  const [, indent = '', fence = '', info = ''] = FENCE.exec(text) ?? [];
  return fence === '' ? undefined : { indent: indent.length, fence, info: info.trim(), line, code: [] };
}

function closes(open: OpenBlock, text: string): boolean {
  const [, , fence = '', info = ''] = FENCE.exec(text) ?? [];
  return fence.startsWith(open.fence) && info.trim() === '';
}

function isTypeScript({ info }: OpenBlock): boolean {
  return /^(ts|typescript)(\s|$)/.test(info);
}

function toSample({ info, line, code }: OpenBlock): Sample {
  return { line, code: code.join('\n'), isChecked: !/\bno-check\b/.test(info) };
}
