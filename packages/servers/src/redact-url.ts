/** An address without its password, for logs and titles. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(no address)';
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname === '/' ? '' : pathname}`;
}
