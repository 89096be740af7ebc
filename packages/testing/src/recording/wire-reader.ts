import type { IMessageSerializer } from '@waybill/core/serialization';
import type { TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';

/** Reads bodies as a receiver would: by the serializer of their content type. */
export function wireReader(serializers: readonly IMessageSerializer[]): (message: TransportMessage) => unknown {
  return ({ headers, body }) => {
    const contentType = headers.get(HEADERS.contentType);
    const serializer = serializers.find((one) => one.contentType === contentType) ?? serializers[0];
    return serializer?.deserialize(serializer.immutable === true ? body : Buffer.from(body)); // the message goes on
  };
}
