const HARMLESS = /^[\w@%+=:,./-]+$/;

/** Quotes one argument for a POSIX shell. */
export function quoteForShell(argument) {
  return HARMLESS.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** Quotes one argument for cmd.exe. */
export function quoteForCmd(argument) {
  return HARMLESS.test(argument) ? argument : `"${argument.replaceAll('"', '""')}"`;
}
