// What the environment says: the only reader of it. Each variable is a line of the README's table; a fault in one is an
// `Error` with words for a person, since nothing can run without it.

/** The environment variables that Pinward reads, each a line in the README's table. */
export interface Environment {
  /** The file of the embedded store; without it the store is Firestore. */
  readonly PINWARD_SQLITE?: string | undefined;
  /** The Google Cloud project that Pinward runs in: its Firestore, topic and traces. */
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  /** The Firestore database; its `(default)` when absent. */
  readonly PINWARD_DATABASE?: string | undefined;
  /** The topic of events; `pinward-events` when absent. */
  readonly PINWARD_TOPIC?: string | undefined;
  /** Audiences of the Google ID tokens that are taken, and the Workspace domains whose people may come in, with commas. */
  readonly PINWARD_AUDIENCES?: string | undefined;
  readonly PINWARD_HOSTED_DOMAINS?: string | undefined;
  /** The audience of Identity-Aware Proxy's signed header, where browsers come through it. */
  readonly PINWARD_IAP_AUDIENCE?: string | undefined;
  /** Addresses of the first owners, until the roles name one; with commas. */
  readonly PINWARD_OWNERS?: string | undefined;
  /** A token that is owner whatever the roles say: to begin with, and to break the glass. */
  readonly PINWARD_ADMIN_TOKEN?: string | undefined;
  /** A token that machines may poll with, beside fleet tokens. */
  readonly PINWARD_MACHINE_TOKEN?: string | undefined;
  /** Slack's incoming webhook. A secret. */
  readonly PINWARD_SLACK_URL?: string | undefined;
  /** Google's emulators, which its clients find by these themselves. */
  readonly FIRESTORE_EMULATOR_HOST?: string | undefined;
  readonly PUBSUB_EMULATOR_HOST?: string | undefined;
  /** The name that answers are signed for, such as acme.example. */
  readonly PINWARD_ORGANISATION?: string | undefined;
  /** The key that signs answers: a version of a Cloud KMS key by its full resource name, or a file. */
  readonly PINWARD_KMS_KEY?: string | undefined;
  readonly PINWARD_KEY_FILE?: string | undefined;
  /** The key that will sign next, and the one that did before: published beside it while one takes over from another. */
  readonly PINWARD_KMS_KEY_NEXT?: string | undefined;
  readonly PINWARD_KEY_FILE_NEXT?: string | undefined;
  readonly PINWARD_KMS_KEY_OLD?: string | undefined;
  readonly PINWARD_KEY_FILE_OLD?: string | undefined;
  /** Projects and locations to probe beside those of the policy, with commas between them. */
  readonly PINWARD_PROJECTS?: string | undefined;
  readonly PINWARD_LOCATIONS?: string | undefined;
  /** HOST:PORT of something that stands for all of Vertex, in tests. */
  readonly PINWARD_VERTEX_ENDPOINT?: string | undefined;
  /** Where admins reach the API; announcements name calls by it, and the commands of admins call it. */
  readonly PINWARD_URL?: string | undefined;
  /** The token that the commands of admins call it with. */
  readonly PINWARD_TOKEN?: string | undefined;
}

export const defaultTopic = 'pinward-events';

/** The functions that are deployed; functions/index.ts serves them. */
export const targets = ['api', 'probe', 'announce', 'advance'] as const;
export type Target = (typeof targets)[number];

/** Points Google's clients at emulators: they read these variables themselves. */
export function pointAtEmulators(hosts: { readonly firestore: string; readonly pubsub: string }): void {
  process.env['FIRESTORE_EMULATOR_HOST'] = hosts.firestore;
  process.env['PUBSUB_EMULATOR_HOST'] = hosts.pubsub;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return process.env;
}

/** The function that the functions-framework was told to serve, by its variable or its option. */
export function readTarget(): Target {
  const option = process.argv.indexOf('--target');
  const joined = process.argv.find((word) => word.startsWith('--target='))?.slice('--target='.length);
  const name = process.env['FUNCTION_TARGET'] ?? joined ?? (option === -1 ? undefined : process.argv[option + 1]);
  const target = targets.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`which function? Say --target= and one of ${targets.join(', ')}`);
  return target;
}

const examples: Partial<Record<keyof Environment, string>> = {
  GOOGLE_CLOUD_PROJECT: 'the id of the project, or set PINWARD_SQLITE to a file for the embedded store',
  PINWARD_ORGANISATION: 'the name that answers are signed for, such as acme.example',
  PINWARD_SLACK_URL: "Slack's incoming webhook URL",
  PINWARD_URL: 'where admins reach the API, such as https://pinward.example.com',
};

/** The value of a variable that must be set. */
export function requireVariable(environment: Environment, name: keyof Environment): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: it must be ${examples[name] ?? 'set'}`);
  return value;
}

/** Words with commas between them. */
export function parseList(text = ''): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
