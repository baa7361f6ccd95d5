// How the doctor of both agents asks Claude Code which address it would call. Each word undoes what shell, user or repository
// may set and what would run, write or send something. Each agent is built with these words.

/** The oldest Claude Code that was asked. */
export const askedFrom = '2.1.137';

const fixed: Readonly<Record<string, string>> = {
  LD_PRELOAD: '',
  DYLD_INSERT_LIBRARIES: '',
  BASH_ENV: '',
  ENV: '',
  NODE_OPTIONS: '',
  BUN_OPTIONS: '',
  CLAUDE_CODE_SHELL_PREFIX: '',
  CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS: '1',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'core.fsmonitor',
  GIT_CONFIG_VALUE_0: 'false',
  GIT_CONFIG_KEY_1: 'log.showSignature',
  GIT_CONFIG_VALUE_1: 'false',
  CLAUDE_CODE_PLUGIN_CACHE_DIR: '/dev/null/none',
  CLAUDE_CODE_MAX_RETRIES: '0',
  ANTHROPIC_LOG: 'debug',
  CLAUDE_CODE_EXTRA_BODY: '{"messages":[],"max_tokens":0}',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  CLAUDE_CODE_ENABLE_TELEMETRY: '',
  DISABLE_AUTOUPDATER: '1',
  ANTHROPIC_API_KEY: '',
  ANTHROPIC_AUTH_TOKEN: '',
  ANTHROPIC_CUSTOM_HEADERS: '',
  NO_PROXY: '',
  no_proxy: '',
};
const folders =
  'CLAUDE_CONFIG_DIR CLAUDE_CODE_TMPDIR TMPDIR XDG_CONFIG_HOME XDG_CACHE_HOME XDG_DATA_HOME XDG_STATE_HOME';
/** Nothing listens there: it is the discard port, and no service has it today. */
const nowhere = 'http://127.0.0.1:9';
const proxies = 'HTTPS_PROXY HTTP_PROXY https_proxy http_proxy';
const providers = 'VERTEX BEDROCK FOUNDRY MANTLE ANTHROPIC_AWS ANTHROPIC_GOOGLE_CLOUD';
const programs = 'apiKeyHelper awsAuthRefresh awsCredentialExport gcpAuthRefresh otelHeadersHelper proxyAuthHelper';

/** For the shell and, over the settings of user and repository, for `env` of the question's own settings. */
export const questionVariables: Readonly<Record<string, string>> = {
  ...fixed,
  ...each(proxies, nowhere),
  ...Object.fromEntries(providers.split(' ').map((provider) => [`CLAUDE_CODE_SKIP_${provider}_AUTH`, '1'])),
};

/** The variables that name the folder to which Claude Code may write. */
export const folderVariables: readonly string[] = folders.split(' ');

/** The question's own settings, without `env`. */
export const questionSettings: Readonly<Record<string, unknown>> = {
  disableAllHooks: true,
  includeGitInstructions: false,
  ...each(programs, ''),
};

/** The variables from which Claude Code takes its credentials. It tells them to a server of the doctor's that it starts. */
export const credentialVariables: readonly string[] = [
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLOUDSDK_CONFIG',
  'GOOGLE_CLOUD_QUOTA_PROJECT',
  'GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES',
];

/**
 * The variables that may lead Claude Code to another address or to other credentials, as a pattern. Of what strangers and
 * settings set, only these reach the question: others may make it write a file, load a program or call somebody.
 */
export const leadingVariable = `(${[
  'ANTHROPIC_[A-Z0-9_]*(MODEL|URL|PROJECT|LOCATION|REGION|RESOURCE)[A-Z0-9_]*',
  'CLAUDE_CODE_([A-Z0-9_]*MODEL|SUBAGENT_MODEL_FORCE|USE_[A-Z0-9_]*|PROVIDER_MANAGED_BY_HOST|API_BASE_URL)',
  '(CLOUD_ML|VERTEX|GOOGLE|GCLOUD)_[A-Z0-9_]*',
  'CLOUDSDK_CONFIG',
  'CLAUDE_CONFIG_DIR',
  'AWS_(DEFAULT_)?REGION',
].join('|')})`;

/** The variables of Claude Code and of what it runs in, as a pattern. */
export const clientVariable = '(ANTHROPIC|CLAUDE|BUN|OTEL|GIT)_[A-Z0-9_]*';

/** The paths of settings that may lead Claude Code away from the pins or keep it from starting, as a pattern. */
export const leadingSetting = [
  `env[.]${leadingVariable}`,
  'agent',
  'hooks',
  'permissions[.]defaultMode',
  '[A-Za-z]*([mM]odel|Providers|Version)[A-Za-z]*',
  'policyHelper[a-z]*',
  'force[A-Za-z]*',
  'managedSourcesBehavior',
  'sandbox',
].join('|');

/** For gcloud, which then asks nothing and writes no log. */
export const gcloudVariables: readonly string[] = [
  'CLOUDSDK_CORE_DISABLE_PROMPTS=1',
  'CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1',
  'CLOUDSDK_SURVEY_DISABLE_PROMPTS=1',
  'CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK=1',
];

function each(names: string, value: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, value]));
}
