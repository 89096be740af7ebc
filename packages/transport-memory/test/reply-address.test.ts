import { describe, expect, it } from 'vitest';
import { systemRuntime } from '@waybill/core/transport';
import { memory } from '../src/index.ts';

describe('a reply address', () => {
  it('is recognised by its form, and nothing else is', async () => {
    const transport = memory();
    await transport.open({ runtime: systemRuntime(), onState: () => undefined });
    const { address } = await transport.replies(() => undefined);
    expect(transport.isReplyAddress(address)).toBe(true);
    for (const other of ['', 'orders', `${address} `, `x${address}`, address.replace(/\d+$/, ''), `${address}\n`, 'memory-reply:orders'])
      expect(transport.isReplyAddress(other)).toBe(false);
    await transport.close();
  });
});
