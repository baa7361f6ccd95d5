// A stand-in for Terraform's providers, which come from a registry that tests can't reach. It serves their schemas, so `terraform
// validate` and `plan` check arguments, blocks and types. What Google would fill in is unknown in a plan.

import { join } from 'node:path';
import { loadPackageDefinition, Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { decode, ExtData, encode } from '@msgpack/msgpack';
import { type Block, type BlockType, readSchema, type Schema } from './schema.ts';

export interface StandIn {
  /** For the variable TF_REATTACH_PROVIDERS: Terraform connects to running providers, and starts none. */
  readonly reattach: string;
  readonly stop: () => void;
}

type Values = Readonly<Record<string, unknown>>;
/** A value as Terraform sends it. */
interface Sent {
  readonly msgpack: Uint8Array;
}
interface Request {
  readonly type_name: string;
  readonly config: Sent;
  readonly current_state: Sent;
  readonly proposed_new_state: Sent;
  readonly raw_state: { readonly json: Uint8Array };
}

/** By source address. */
const providers: Readonly<Record<string, Schema>> = {
  'registry.terraform.io/hashicorp/google': readSchema(),
  'registry.terraform.io/hashicorp/time': {
    version: '0.13.1',
    resource_schemas: {
      time_sleep: {
        attributes: {
          create_duration: { type: 'string', optional: true },
          destroy_duration: { type: 'string', optional: true },
          id: { type: 'string', computed: true },
          triggers: { type: ['map', 'string'], optional: true },
        },
      },
    },
    data_source_schemas: {},
  },
  'registry.terraform.io/hashicorp/external': {
    version: '2.3.5',
    resource_schemas: {},
    data_source_schemas: {
      external: {
        attributes: {
          id: { type: 'string', computed: true },
          program: { type: ['list', 'string'], required: true },
          query: { type: ['map', 'string'], optional: true },
          result: { type: ['map', 'string'], computed: true },
          working_dir: { type: 'string', optional: true },
        },
      },
    },
  },
};

/** Arguments of the providers themselves. */
const settings: Block = {
  attributes: {
    billing_project: { type: 'string', optional: true },
    default_labels: { type: ['map', 'string'], optional: true },
    project: { type: 'string', optional: true },
    region: { type: 'string', optional: true },
    user_project_override: { type: 'bool', optional: true },
  },
};

const unknown = new ExtData(0, new Uint8Array([0]));
const nestings = { single: 1, list: 2, set: 3 } as const;

/** `answers` is what data sources are filled in with, by type. */
export async function startStandIn(answers: Readonly<Record<string, Values>>): Promise<StandIn> {
  const started = await Promise.all(
    Object.entries(providers).map(async ([address, schema]) => [address, await serve(schema, answers)] as const),
  );
  const attached = started.map(([address, { port }]) => [
    address,
    {
      Protocol: 'grpc',
      ProtocolVersion: 5,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
    },
  ]);
  return {
    reattach: JSON.stringify(Object.fromEntries(attached)),
    stop: () => {
      for (const [, { server }] of started) server.forceShutdown();
    },
  };
}

async function serve(schema: Schema, answers: Readonly<Record<string, Values>>) {
  const definition = loadSync(join(import.meta.dirname, 'provider.proto'), { keepCase: true });
  const { tfplugin5 } = loadPackageDefinition(definition);
  const provider = tfplugin5 !== undefined && 'Provider' in tfplugin5 ? tfplugin5['Provider'] : undefined;
  if (provider === undefined || !('service' in provider)) throw new Error('provider.proto has no service');
  const server = new Server();
  // The definition of a service that was just loaded is one.
  server.addService(provider['service'] as Parameters<Server['addService']>[0], handlersOf(schema, answers));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { server, port };
}

function handlersOf(schema: Schema, answers: Readonly<Record<string, Values>>): Record<string, UntypedHandleCall> {
  const nothing = reply(() => ({}));
  return {
    GetSchema: reply(() => ({
      provider: wireSchema(settings),
      resource_schemas: mapValues(schema.resource_schemas, wireSchema),
      data_source_schemas: mapValues(schema.data_source_schemas, wireSchema),
    })),
    PrepareProviderConfig: reply(({ config }) => ({ prepared_config: config })),
    ValidateResourceTypeConfig: nothing,
    ValidateDataSourceConfig: nothing,
    Configure: nothing,
    Stop: nothing,
    UpgradeResourceState: reply(({ raw_state }) => ({ upgraded_state: { json: raw_state.json } })),
    ReadResource: reply(({ current_state }) => ({ new_state: current_state })),
    PlanResourceChange: reply(({ type_name, proposed_new_state }) => ({
      planned_state: planned(proposed_new_state.msgpack, schema.resource_schemas[type_name]),
      legacy_type_system: true,
    })),
    ReadDataSource: reply(({ type_name, config }) => ({ state: read(config.msgpack, answers[type_name] ?? {}) })),
  };
}

function reply(answer: (request: Request) => object): UntypedHandleCall {
  return (call: { readonly request: Request }, callback: (error: Error | null, value?: object) => void) => {
    try {
      callback(null, answer(call.request));
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

/** What is computed and not set is known only after the apply. */
function planned(msgpack: Uint8Array, block: Block | undefined): { readonly msgpack: Uint8Array } {
  const proposed = decode(msgpack);
  return { msgpack: isValues(proposed) && block !== undefined ? encode(filled(proposed, block)) : msgpack };
}

function filled(values: Values, { attributes, block_types = {} }: Block): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (attributes[name]?.computed === true && value === null) return [name, unknown];
      const nested = block_types[name]?.block;
      if (nested === undefined || !Array.isArray(value)) return [name, value];
      return [name, value.map((each) => (isValues(each) ? filled(each, nested) : each))];
    }),
  );
}

function read(config: Uint8Array, answer: Values): { readonly msgpack: Uint8Array } {
  const asked = decode(config);
  return { msgpack: encode({ ...(isValues(asked) ? asked : {}), ...answer }) };
}

function wireSchema(block: Block): object {
  return { version: 0, block: wireBlock(block) };
}

function wireBlock({ attributes, block_types = {} }: Block): object {
  return {
    attributes: Object.entries(attributes).map(([name, { type, ...flags }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      ...flags,
    })),
    block_types: Object.entries(block_types).map(([name, nested]) => ({ type_name: name, ...wireNested(nested) })),
  };
}

function wireNested({ nesting_mode, block, ...bounds }: BlockType): object {
  return { nesting: nestings[nesting_mode], block: wireBlock(block), ...bounds };
}

function mapValues<A, B>(all: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, change(value)]));
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExtData);
}
