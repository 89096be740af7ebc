import { describeServer } from '@waybill/servers/vitest';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../src/cli/commands.ts';
import { printMigrations } from '../src/index.ts';

async function called(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const terminal = {
    print: (text: string) => void printed.push(text),
    complain: (text: string) => void complained.push(text),
    environment,
  };
  const exitCode = await runCommand(args, terminal);
  return { exitCode, printed: printed.join('\n'), complained: complained.join('\n') };
}

describe('waybill-postgres', () => {
  it('prints the SQL of the schema that it is told, and no database is needed', async () => {
    expect(await called(['print', '--schema', 'shop'])).toEqual({ exitCode: 0, printed: printMigrations('shop'), complained: '' });
  });

  it('helps where it is asked to, and refuses what it does not know', async () => {
    const help = await called(['--help']);
    expect([help.exitCode, help.printed.split(' ')[0]]).toEqual([0, 'waybill-postgres']);
    expect([(await called([])).exitCode, (await called(['down'])).exitCode, (await called(['up', 'again'])).exitCode]).toEqual([2, 2, 2]);
    expect((await called(['status', '--url', 'postgres://x', '--shema', 'y'])).complained).toContain("'--shema'");
    expect((await called(['print', '--schema', 'a"b'])).complained).toContain('OPTION_INVALID');
  });

  it.each(['', 'foo', 'amqp://localhost'])('takes no other address, and none for that of this machine: "%s"', async (url) => {
    for (const [args, environment, name] of [
      [['up', '--url', url], {}, '--url'] as const,
      [['up'], { DATABASE_URL: url }, 'DATABASE_URL'] as const,
    ]) {
      const { exitCode, complained } = await called(args, environment);
      expect([exitCode, complained]).toEqual([1, expect.stringMatching(new RegExp(`^${name} is .*postgres://user@host/database$`))]);
    }
  });

  it('says why there is no database', async () => {
    const { exitCode, complained } = await called(['status', '--url', 'postgres://postgres@127.0.0.1:1/postgres']);
    expect(exitCode).toBe(1);
    expect(complained).toMatch(/^STORE_UNAVAILABLE: .*ECONNREFUSED/);
  });
});

await describeServer('postgres', (server) => {
  it('looks, makes, and looks again', async () => {
    const url = ['--url', server.url];
    expect(await called(['status', ...url])).toMatchObject({
      exitCode: 1,
      printed: 'schema "waybill": version 0, needed 1, not usable by this version; missing: 1 tables',
    });
    const made = { exitCode: 0, printed: 'schema "waybill": version 1, needed 1, usable' };
    expect(await called(['up', ...url])).toMatchObject(made);
    expect(await called(['up'], { DATABASE_URL: server.url })).toMatchObject(made);
    expect(await called(['status', ...url])).toMatchObject(made);
  });
});
