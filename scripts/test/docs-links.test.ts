import { describe, expect, it } from 'vitest';

import { checkLinks } from '../checks/docs-links.ts';
import { checkLlms, updateLlms } from '../checks/llms-text.ts';
import { anchorsOf, linksOf } from '../checks/markdown-links.ts';
import type { Files } from '../laws/workspace.ts';
import { writeFiles } from './write-files.ts';

const DOCS: Files = {
  'README.md': '# Post\n\nCarries letters,\nand parcels.\n\nMore: [all](docs/README.md).\n',
  'docs/README.md': '# Pages\n\n| concept | answers |\n|---|---|\n| [Letters](letters.md) | what a letter is |\n',
  'docs/letters.md': '# Letters\n\n## What `stop()` does\n\n[up](#letters)\n',
  'docs/reference/api/README.md': '# API\n\n| package | |\n|---|---|\n',
  'ARCHITECTURE.md': '# A\n',
  'CONTRIBUTING.md': '# C\n',
};

describe('links of documents', () => {
  it('are found where they stand, outside of code', () => {
    const text = '[a](b.md) [c](#d)\n```ts\n[e](f.md)\n```\n[g](https://example.com) [h](i.md#j)';
    expect(linksOf(text)).toEqual([
      { line: 1, path: 'b.md', anchor: undefined },
      { line: 1, path: '', anchor: 'd' },
      { line: 5, path: 'i.md', anchor: 'j' },
    ]);
  });

  it('lead to the anchors that GitHub makes', () => {
    expect([...anchorsOf('# What `stop()` does\n## Bus\n### bus\n```\n# no\n```')]).toEqual(['what-stop-does', 'bus', 'bus-1']);
  });
});

describe('the documents of a repository', () => {
  it('are all listed in llms.txt, with title, summary and one line each', () => {
    using repository = writeFiles(DOCS);
    updateLlms(repository.root);
    expect(checkLlms(repository.root)).toEqual([]);
    expect(checkLinks(repository.root)).toEqual(['llms.txt does not list docs/reference/api/README.md.']);
  });

  it('hold no link to a page or a heading that is not there', () => {
    using repository = writeFiles({
      ...DOCS,
      'SECURITY.md': '[a](no.md)\n[b](docs/letters.md#what-stop-does) [c](docs/letters.md#start)\n',
    });
    expect(checkLinks(repository.root)).toEqual(
      expect.arrayContaining(['SECURITY.md:1  no.md does not exist.', 'SECURITY.md:2  docs/letters.md has no heading #start.']),
    );
    expect(checkLinks(repository.root).join()).not.toContain('#what-stop-does');
  });

  it('are missed in llms.txt when they are new, and when what is said of them has changed', () => {
    using repository = writeFiles(DOCS);
    expect(checkLlms(repository.root)[0]).toContain('+ > Carries letters, and parcels.');
    expect(checkLinks(repository.root)).toContain('llms.txt does not list docs/letters.md.');
    expect(checkLlms(repository.root)[0]).toContain('+ - [Letters](docs/letters.md): what a letter is');
  });
});
