import type { Runtime } from '@waybill/core/transport';

/** The wall clock; read only where a time matters. */
export type Clock = Pick<Runtime, 'now'>;
