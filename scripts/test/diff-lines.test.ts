import { describe, expect, it } from 'vitest';

import { diffLines } from '../checks/diff-lines.ts';

describe('diffLines', () => {
  it.each([
    ['says nothing about equal texts', 'a\nb', 'a\nb', ''],
    ['shows a line that is gone', 'a\nb\nc', 'a\nc', '- b'],
    ['shows a line that is new', 'a\nc', 'a\nb\nc', '+ b'],
    ['shows a changed line before and after', 'a\nb\nc', 'a\nx\nc', '- b\n+ x'],
    ['keeps the longest common lines', 'a\nb\nc\nd', 'b\nc\nd\na', '- a\n+ a'],
    ['shows lines at the end', 'a', 'a\nb\nc', '+ b\n+ c'],
  ])('%s', (_, before, after, expected) => {
    expect(diffLines(before, after)).toBe(expected);
  });
});
