interface Host {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** True where the environment says so, by `NODE_ENV`. */
export function isProduction(host: Host = globalThis as Host): boolean {
  return host.process?.env?.['NODE_ENV'] === 'production';
}
