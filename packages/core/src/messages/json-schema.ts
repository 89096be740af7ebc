import { ConfigurationError } from '../errors/bus-error.ts';
import { assertOptions } from '../errors/option-problems.ts';
import { assertContract } from './assert-contract.ts';
import type { Contract } from './contract.ts';
import type { StandardSchema } from './standard-schema.ts';

/** Options of {@link jsonSchemaOf}. */
export interface JsonSchemaOptions {
  /** The dialect; the schema library must know it. @default 'draft-2020-12' */
  readonly target?: 'draft-2020-12' | 'draft-07' | 'openapi-3.0' | (string & {});
  /** The message, or the reply of a contract that has one. @default 'message' */
  readonly of?: 'message' | 'reply';
  /** `input` is what senders write and what stands on the wire; `output` is what receivers get after validation. @default 'input' */
  readonly direction?: 'input' | 'output';
}

/** The part of Standard JSON Schema v1 (https://standardschema.dev/json-schema) that is used. */
interface Convertible {
  readonly jsonSchema?: Readonly<Record<'input' | 'output', (options: { readonly target: string }) => Record<string, unknown>>>;
}

/**
 * The JSON Schema of a contract, for documents and for consumers in other languages; `undefined` where the contract has no
 * schema, or its schema library does not offer one (zod, arktype do; valibot by `toStandardJsonSchema`).
 * @throws ConfigurationError `SCHEMA_NOT_CONVERTIBLE` when the library refuses this schema or the target
 */
export function jsonSchemaOf(contract: Contract, options: JsonSchemaOptions = {}): Record<string, unknown> | undefined {
  assertContract(contract, '`jsonSchemaOf`');
  assertOptions('`jsonSchemaOf`', options, ['target', 'of', 'direction']);
  const { target = 'draft-2020-12', of = 'message', direction = 'input' } = options;
  const schema = of === 'reply' ? contract.replySchema : contract.schema;
  const convert = (schema as (StandardSchema & { readonly '~standard': Convertible }) | undefined)?.['~standard'].jsonSchema?.[direction];
  if (convert === undefined) return undefined;
  try {
    return convert({ target });
  } catch (cause) {
    throw new ConfigurationError(
      'SCHEMA_NOT_CONVERTIBLE',
      `The ${of} schema of "${contract.name}" has no ${target} form of its ${direction}. See the cause; change the schema, or ask for another target or direction.`,
      { cause, details: { contract: contract.name, target, of, direction } },
    );
  }
}
