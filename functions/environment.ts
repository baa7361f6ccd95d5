// The environment variables of Pinward; no other file reads them. Each one is a line in the README's table. A wrong
// value throws an `Error` with a text for the operator, because nothing can run without it.

export interface Environment {
  /** The file of the embedded store. Without it, the store is Firestore. */
  readonly PINWARD_SQLITE?: string | undefined;
  /** The Google Cloud project of Pinward's Firestore, topic and traces. */
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  /** The Firestore database. Default: `(default)`. */
  readonly PINWARD_DATABASE?: string | undefined;
  /** The Pub/Sub topic of events. Default: `pinward-events`. */
  readonly PINWARD_TOPIC?: string | undefined;
  /** Audiences of the Google ID tokens that are accepted, separated by commas. */
  readonly PINWARD_AUDIENCES?: string | undefined;
  /** Google Workspace domains whose users may call, separated by commas. */
  readonly PINWARD_HOSTED_DOMAINS?: string | undefined;
  /** The audience of Identity-Aware Proxy's signed header, if browsers reach Pinward through that proxy. */
  readonly PINWARD_IAP_AUDIENCE?: string | undefined;
  /** E-mail addresses of the first owners, separated by commas. Used until the roles name an owner. */
  readonly PINWARD_OWNERS?: string | undefined;
  /** A token that always has the role owner: for the first set-up and for emergencies. */
  readonly PINWARD_ADMIN_TOKEN?: string | undefined;
  /** A token that machines may poll with, in addition to fleet tokens. */
  readonly PINWARD_MACHINE_TOKEN?: string | undefined;
  /** The URL of Slack's incoming webhook. A secret. */
  readonly PINWARD_SLACK_URL?: string | undefined;
  /** HOST:PORT of Google's emulators. Google's client libraries read these variables themselves. */
  readonly FIRESTORE_EMULATOR_HOST?: string | undefined;
  readonly PUBSUB_EMULATOR_HOST?: string | undefined;
  /** The name that responses are signed for, such as acme.example. */
  readonly PINWARD_ORGANISATION?: string | undefined;
  /** The key that signs responses: the full resource name of a Cloud KMS key version, or a file. */
  readonly PINWARD_KMS_KEY?: string | undefined;
  readonly PINWARD_KEY_FILE?: string | undefined;
  /** The next and the previous signing key. During a key rotation they are published beside the current one. */
  readonly PINWARD_KMS_KEY_NEXT?: string | undefined;
  readonly PINWARD_KEY_FILE_NEXT?: string | undefined;
  readonly PINWARD_KMS_KEY_OLD?: string | undefined;
  readonly PINWARD_KEY_FILE_OLD?: string | undefined;
  /** The key that signs the documents of this function: a version of a Cloud KMS key, or a file. */
  readonly PINWARD_WRITER_KMS_KEY?: string | undefined;
  readonly PINWARD_WRITER_KEY_FILE?: string | undefined;
  /** The public keys of all functions that write documents: WRITER:KEY, with commas. KEY is Base64 of the DER. */
  readonly PINWARD_WRITERS?: string | undefined;
  /** `accept` or `refuse` (default): documents without a signature, while a store of an older version is taken over. */
  readonly PINWARD_UNSIGNED?: string | undefined;
  /** Projects and locations to probe in addition to those of the policy, separated by commas. */
  readonly PINWARD_PROJECTS?: string | undefined;
  readonly PINWARD_LOCATIONS?: string | undefined;
  /** HOST:PORT of a fake Vertex AI, for tests. */
  readonly PINWARD_VERTEX_ENDPOINT?: string | undefined;
  /** The API's public URL. Announcements show calls to it, install scripts name it, and the commands of admins call it. */
  readonly PINWARD_URL?: string | undefined;
  /** The token that the commands of admins send. */
  readonly PINWARD_TOKEN?: string | undefined;
}

export const defaultTopic = 'pinward-events';

/** The deployed functions. functions/index.ts serves one of them. */
export const targets = ['api', 'probe', 'announce', 'advance'] as const;
export type Target = (typeof targets)[number];

/** Points Google's client libraries at emulators. */
export function pointAtEmulators(hosts: { readonly firestore: string; readonly pubsub: string }): void {
  process.env['FIRESTORE_EMULATOR_HOST'] = hosts.firestore;
  process.env['PUBSUB_EMULATOR_HOST'] = hosts.pubsub;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}

export function readEnvironment(): Environment {
  return process.env;
}

/** The function to serve: FUNCTION_TARGET or `--target`, as the functions-framework reads them. */
export function readTarget(): Target {
  const option = process.argv.indexOf('--target');
  const assigned = process.argv.find((argument) => argument.startsWith('--target='))?.slice('--target='.length);
  const name = process.env['FUNCTION_TARGET'] ?? assigned ?? (option === -1 ? undefined : process.argv[option + 1]);
  const target = targets.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`no function is named: pass --target= with one of ${targets.join(', ')}`);
  return target;
}

const examples: Partial<Record<keyof Environment, string>> = {
  GOOGLE_CLOUD_PROJECT: 'the id of the project with Firestore and Pub/Sub (npm start needs none)',
  PINWARD_ORGANISATION: 'the name that responses are signed for, such as acme.example',
  PINWARD_WRITERS: 'the public keys of the functions that write documents, or set PINWARD_WRITER_KEY_FILE to a file',
  PINWARD_WRITER_KMS_KEY: 'the key version that signs the documents of this function, or set PINWARD_WRITER_KEY_FILE',
  PINWARD_SLACK_URL: "Slack's incoming webhook URL",
  PINWARD_URL: "the API's public URL, such as https://pinward.example.com",
};

/** The value of a required variable. Throws when it is missing. */
export function requireVariable(environment: Environment, name: keyof Environment): string {
  const value = environment[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set${examples[name] === undefined ? '' : `: set it to ${examples[name]}`}`);
  return value;
}

/**
 * The address that the service gives to machines, without a slash at its end; null when it is not set. Throws when agents would not take
 * it. None of its characters ends a quoted word of a shell.
 */
export function readServiceUrl({ PINWARD_URL: url }: Environment): string | null {
  if (!url) return null;
  const isAllowed = /^https:\/\/.|^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(url);
  if (!isAllowed || !/^[\]A-Za-z0-9._~:/%[-]+$/.test(url) || !URL.canParse(url))
    throw new Error(`PINWARD_URL is no address of a service: "${url}". Set it to ${examples.PINWARD_URL}`);
  return url.replace(/\/+$/, '');
}

/** The items of a comma-separated list, without empty ones. */
export function parseList(text = ''): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
