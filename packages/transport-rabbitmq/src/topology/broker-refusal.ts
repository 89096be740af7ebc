/** What the broker says of a declaration that it refused. */
export type BrokerRefusal =
  /** It is there, with another setting. */
  | { readonly is: 'different'; readonly setting: string; readonly actual: Actual }
  | { readonly is: 'missing'; readonly text: string }
  | { readonly is: 'forbidden'; readonly text: string }
  /** Anything else that closes the channel: a setting that this broker does not know, a name that it reserves. */
  | { readonly is: 'refused'; readonly text: string };

/** The value that the broker has, in its type; `undefined` where it has none. */
export type Actual = string | number | boolean | undefined;

const INEQUIVALENT = /inequivalent arg '([^']+)' for .*: received .* but current is (.*?)"?$/s;
const VALUE = /^(?:the value )?'([^']*)'(?: of type '(\w+)')?$/;
const SAYS = /with message "(.*)"$/s;

/** The settings that are no `x-` argument, by the broker's names for them. */
const NAMES: ReadonlyMap<string, string> = new Map([['auto_delete', 'autoDelete']]);

/** The refusal in an error of the client, by the code and the text of the broker; `undefined` when it is none: the connection was lost, the client refused. */
export function brokerRefusal(error: unknown): BrokerRefusal | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'number' || typeof message !== 'string') return undefined;
  const text = SAYS.exec(message)?.[1] ?? message;
  if (code === 404) return { is: 'missing', text };
  if (code === 403) return { is: 'forbidden', text };
  return differentSetting(message) ?? { is: 'refused', text };
}

function differentSetting(message: string): BrokerRefusal | undefined {
  const [, setting, current] = INEQUIVALENT.exec(message) ?? [];
  if (setting === undefined || current === undefined) return undefined;
  return { is: 'different', setting: NAMES.get(setting) ?? setting, actual: valueOf(current) };
}

/** `none`, `'true'`, `the value '10' of type 'signedint'`. */
function valueOf(text: string): Actual {
  const [, value, type] = VALUE.exec(text) ?? [];
  if (value === undefined) return undefined;
  if (type === 'longstr') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return type !== undefined && /^-?\d+$/.test(value) ? Number(value) : value;
}
