export { inversify } from './inversify-container.ts';
export type { InversifyOptions } from './inversify-container.ts';
export { CONSUME_CONTEXT } from './inversify-scope.ts';
