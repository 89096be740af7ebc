import type { OutboxRow } from '@waybill/core/persistence';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** The body of a row, as text. */
export const textOf = ({ entry }: Pick<OutboxRow, 'entry'>): string => decoder.decode(entry.body);
