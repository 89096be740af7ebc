import type { Row, Variant } from './row.ts';

/** The process that measures: `node sample.ts <file of the row> <ours | name of a peer>`. Prints the figure as its last line. */
const [file = '', name = ''] = process.argv.slice(2);
const { row } = (await import(file)) as { readonly row: Row };
const variant: Variant | undefined = name === 'ours' ? row.ours : row.peers[name];
if (variant === undefined) throw new Error(`the row "${row.title}" has no variant "${name}"`);
console.log(`\n${await variant()}`);
process.exit(0);
