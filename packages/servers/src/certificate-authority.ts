import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from './run-command.ts';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateRequest {
  /** The name of who bears it: a user, or a host. */
  readonly name: string;
  /** The host names and addresses of a server; none for a client. @default 127.0.0.1 and localhost */
  readonly hosts?: readonly string[];
  /** It has expired a day ago. @default false */
  readonly isExpired?: boolean;
}

/** Issues certificates for tests, with the program `openssl`. */
export class CertificateAuthority {
  /** Its own certificate, as PEM. */
  readonly ca: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.ca = readFileSync(join(folder, 'ca.pem'), 'utf8');
  }

  /** A new one, which nobody trusts by itself. @throws Error where `openssl` is not installed */
  static async create(): Promise<CertificateAuthority> {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-ca-'));
    try {
      await openssl(folder, 'req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Waybill tests');
      return new CertificateAuthority(folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async issue({ name, hosts = ['127.0.0.1', 'localhost'], isExpired = false }: CertificateRequest): Promise<Certificate> {
    const names = hosts.map((host) => `${/^[\d.]+$/.test(host) ? 'IP' : 'DNS'}:${host}`).join(',');
    writeFileSync(join(this.#folder, 'names.txt'), names === '' ? '' : `subjectAltName=${names}\n`);
    await openssl(this.#folder, 'req', ...NEW_KEY, '-keyout', 'one.key', '-out', 'one.csr', '-subj', `/CN=${name}`);
    const days = isExpired ? '-1' : '2';
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names.txt'];
    await openssl(this.#folder, 'x509', '-req', '-in', 'one.csr', '-out', 'one.pem', '-days', days, ...by);
    const read = (file: string): string => readFileSync(join(this.#folder, file), 'utf8');
    return { cert: read('one.pem'), key: read('one.key') };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

async function openssl(folder: string, command: string, ...parameters: readonly string[]): Promise<void> {
  const inside = parameters.map((one) => (/^[a-z]+\.(pem|key|csr|srl|txt)$/.test(one) ? join(folder, one) : one));
  const { exitCode, output } = await runCommand('openssl', [command, ...inside]);
  if (exitCode !== 0) throw new Error(`openssl ${command} failed: ${output.trim()}. Install it: apt-get install openssl.`);
}
