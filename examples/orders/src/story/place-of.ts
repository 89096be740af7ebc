/** An endpoint as people call it: without the namespace of its bus. */
export const placeOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf('.') + 1);
