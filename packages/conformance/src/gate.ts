/** A door that handlers wait at until a case opens it. */
export interface Gate {
  /** Resolves when it is opened; at once when it is open. */
  readonly opened: Promise<void>;
  open(): void;
}

/** Makes a {@link Gate}, closed. */
export function makeGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
