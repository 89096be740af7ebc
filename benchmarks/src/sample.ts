import type { Pace, Row } from './row.ts';

/**
 * The process that measures: `node sample.ts <file> <index of the row> <ours | name of a peer> <pace>`, with the addresses of the
 * servers that the row needs in `WAYBILL_BENCH_URLS`. Prints the figures as its last line.
 */
const [file = '', index = '', name = '', pace = ''] = process.argv.slice(2);
const { rows } = (await import(file)) as { readonly rows: readonly Row[] };
const row = rows[Number(index)];
const variant = name === 'ours' ? row?.ours : row?.peers[name];
if (variant === undefined) throw new Error(`${file} has no variant "${name}" in its row ${index}`);
const urls = JSON.parse(process.env['WAYBILL_BENCH_URLS'] ?? '[]') as readonly string[];
const figures = await variant(JSON.parse(pace) as Pace, ...urls);
console.log(`\n${JSON.stringify([figures].flat())}`);
process.exit(0);
