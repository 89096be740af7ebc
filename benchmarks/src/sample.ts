import type { Pace, Row } from './row.ts';

/** The process that measures: `node sample.ts <file> <index of the row> <ours | name of a peer> <pace>`. Prints the figure as its last line. */
const [file = '', index = '', name = '', pace = ''] = process.argv.slice(2);
const { rows } = (await import(file)) as { readonly rows: readonly Row[] };
const row = rows[Number(index)];
const variant = name === 'ours' ? row?.ours : row?.peers[name];
if (variant === undefined) throw new Error(`${file} has no variant "${name}" in its row ${index}`);
console.log(`\n${await variant(JSON.parse(pace) as Pace)}`);
process.exit(0);
