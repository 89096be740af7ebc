import { seededRandom } from './seeded-random.ts';

/** UUIDs of version 7 that the same seed and the same times repeat; ids of one millisecond sort in the order of their making. */
export function seededIds(now: () => number, seed: number): () => string {
  const random = seededRandom(seed ^ 0x5eed);
  let count = 0;
  return () => {
    count += 1;
    const time = hex(now(), 12);
    const order = hex(count, 8);
    const tail = hex(Math.floor(random() * 2 ** 44), 11);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order.slice(0, 3)}-8${order.slice(3, 6)}-${order.slice(6)}${tail.slice(1)}`;
  };
}

const hex = (value: number, digits: number): string => Math.trunc(value).toString(16).padStart(digits, '0').slice(-digits);
