import { expect, it } from 'vitest';
import { loggedText, plainText } from '../../src/messages/plain-text.ts';

it.each([
  ['plain, ünïcode and 🙂 stay', 'plain, ünïcode and 🙂 stay'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u009b1;31mred', 'red'],
  ['\u001b]0;title\u0007after', 'after'],
  ['\u001b]8;;http://x\u001b\\link', 'link'],
  ['\u001b]0;never closed, still told', '0;never closed, still told'],
  ['\u009dnever closed, still told', ' never closed, still told'],
  ['\u001bPquery\u001b\\after', 'after'],
  ['\u001bcreset', 'reset'],
  ['\u001b', ''],
  ['one\r\n{"level":"error"}', 'one {"level":"error"}'],
  ['one\u2028two\u2029three\u0085four\u0000five\u007f', 'one two three four five '],
])('%j becomes %j', (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

it('a value from the wire is cut, whatever its length', () => {
  expect(loggedText('x'.repeat(1_000_000))).toHaveLength(256);
  expect(loggedText(undefined)).toBeUndefined();
});
