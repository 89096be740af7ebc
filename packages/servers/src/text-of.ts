/** What an error says, in one line; an error without a message, as of several addresses that refuse, says its code. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.message.trim() === '' && 'code' in error ? String(error.code) : error.message;
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
}
