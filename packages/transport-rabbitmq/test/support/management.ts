/** A user of the broker, made for a test. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
  /** What it may, as regular expressions. @default everything */
  readonly configure?: string;
  readonly write?: string;
  readonly read?: string;
}

/** Speaks with the management API of a broker. @throws Error where it refuses */
export async function manage(managementUrl: string, method: string, path: string, body?: object): Promise<string> {
  const { username, password, origin } = new URL(managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${origin}/api/${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json', connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} gave ${response.status}: ${await response.text()}`);
  return response.text();
}

/** Makes a user, or gives it another password and other rights. */
export async function putUser(managementUrl: string, { name, password, ...rights }: TestUser): Promise<void> {
  await manage(managementUrl, 'PUT', `users/${name}`, { password, tags: '' });
  await manage(managementUrl, 'PUT', `permissions/%2F/${name}`, { configure: '.*', write: '.*', read: '.*', ...rights });
}

/** The address, as another user, perhaps of another virtual host. */
export function urlAs(url: string, { name, password }: Pick<TestUser, 'name' | 'password'>, vhost = ''): string {
  const own = new URL(url);
  own.username = name;
  own.password = password;
  own.pathname = vhost;
  return own.href;
}
