/** The number that a header tells: one that is no whole number of at most nine digits counts as 0. */
export function wholeNumber(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
}
