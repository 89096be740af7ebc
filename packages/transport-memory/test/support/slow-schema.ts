import type { StandardSchema } from '@waybill/core';

/** Takes everything, and takes its time. */
export const slowSchema = <T>(): StandardSchema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      return { value: value as T };
    },
  },
});
