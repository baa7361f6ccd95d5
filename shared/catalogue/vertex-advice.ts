// Advice: what a finding about Vertex AI means for a person, and the command that mends it. It depends on the kind of
// credentials. Words in braces stand for what the caller knows, such as {project}.

/** Whose credentials a call has: `federation` is of workloads, `workforce` of people; a `gateway` has its own. */
export const credentialKinds = [
  'person',
  'key',
  'impersonation',
  'federation',
  'workforce',
  'metadata',
  'gateway',
] as const;
export type CredentialKind = (typeof credentialKinds)[number];

export interface Advice {
  readonly meaning: string;
  /** A command. */
  readonly fix: string;
}

export type AdviceByKind = Readonly<Record<CredentialKind, Advice>>;

const login = 'gcloud auth application-default login';
const scope = 'https://www.googleapis.com/auth/cloud-platform';

const askAgain: Advice = {
  meaning: 'The token of these credentials lacks the scope cloud-platform. Get one that has it.',
  fix: `gcloud auth application-default print-access-token --scopes ${scope}`,
};
const loginWithScope: Advice = { meaning: askAgain.meaning, fix: `${login} --scopes ${scope}` };
const gatewayAdvice: Advice = {
  meaning: 'The gateway calls Google with its own credentials. Its administrator has to mend them.',
  fix: 'curl --head {gateway}',
};

/** Google refused the credentials. */
export const ofCredentials: AdviceByKind = {
  person: { meaning: 'Claude Code cannot call Vertex AI until you log in again.', fix: login },
  key: {
    meaning: 'The key of the service account was deleted or disabled, or has expired. Somebody has to make a new one.',
    fix: 'gcloud iam service-accounts keys list --iam-account {account}',
  },
  impersonation: {
    meaning:
      'Log in again. If that is refused, an administrator has to grant you roles/iam.serviceAccountTokenCreator on {account}.',
    fix: `${login} --impersonate-service-account {account}`,
  },
  federation: {
    meaning:
      "The identity provider's token is missing, or Google refused it. An administrator has to compare its issuer, audience and attributes with the provider.",
    fix: 'gcloud iam workload-identity-pools providers describe {provider}',
  },
  workforce: {
    meaning: "The session with your organisation's identity provider is over. Log in with its configuration file.",
    fix: `${login} --login-config FILE`,
  },
  metadata: {
    meaning: 'The service account that is attached to the machine got no token. It may be disabled or deleted.',
    fix: 'gcloud iam service-accounts describe {account}',
  },
  gateway: gatewayAdvice,
};

/** The credentials may do less than their owner. */
export const ofScopes: AdviceByKind = {
  person: loginWithScope,
  workforce: loginWithScope,
  impersonation: { ...loginWithScope, fix: `${loginWithScope.fix} --impersonate-service-account {account}` },
  key: askAgain,
  federation: askAgain,
  metadata: {
    meaning: 'The access scopes of this VM or workstation lack cloud-platform. Stop it, set them, start it again.',
    fix: `gcloud compute instances set-service-account NAME --service-account {account} --scopes ${scope}`,
  },
  gateway: gatewayAdvice,
};

/** Calls have to be charged to the pins' project. `why`: what is wrong with the project now. */
export function ofQuotaProject(why: string): AdviceByKind {
  const set = { meaning: why, fix: 'gcloud auth application-default set-quota-project {project}' };
  const exported = { meaning: why, fix: 'export GOOGLE_CLOUD_QUOTA_PROJECT={project}' };
  return {
    person: set,
    workforce: set,
    impersonation: exported, // gcloud sets it for people's credentials alone
    key: exported,
    federation: exported,
    metadata: exported,
    gateway: gatewayAdvice,
  };
}

/** The advice for these credentials; null when nobody has to do anything. */
export function adviceFor(kind: CredentialKind, advice: Advice | AdviceByKind | null): Advice | null {
  return advice === null || 'meaning' in advice ? advice : advice[kind];
}

/** The text with each word in braces replaced; a word without a value becomes capitals, such as PROJECT. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{([a-z_]+)\}/g, (_, word: string) => values[word] ?? word.toUpperCase());
}
