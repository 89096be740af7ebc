// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const UNSAFE = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/** True for text that some broker refuses or changes: control characters, halves of surrogate pairs. */
export function holdsUnsafeCharacters(text: string): boolean {
  return UNSAFE.test(text);
}
