/** The longest value from the wire that goes into a log line, in characters. */
const MAX_LOGGED_LENGTH = 256;

/* oxlint-disable no-control-regex -- control characters are what they are for */
/** Colours and cursors; then titles and links, whose text ends with a terminator; then the short ones. */
const SEQUENCES: readonly RegExp[] = [
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g,
  /(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/g,
  /\u001b[ -/]*[0-~]?/g,
];
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/* oxlint-enable no-control-regex */

/** A text on one line, without sequences that a terminal obeys and without control characters. */
export function plainText(text: string): string {
  return SEQUENCES.reduce((left, sequence) => left.replaceAll(sequence, ''), text).replaceAll(CONTROL, ' ');
}

/** A value from the wire as a log line may show it: plain, and cut. */
export function loggedText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : plainText(value.slice(0, MAX_LOGGED_LENGTH));
}
