// The findings about our own configuration: credentials, quota project, project, network and address.

import { ofCredentials, ofQuotaProject, ofScopes } from './vertex-advice.ts';
import type { Finding } from './vertex-finding.ts';

export const misconfigurations = {
  no_credentials: {
    verdict: 'misconfigured',
    cause: 'unauthenticated',
    problem: 'no application default credentials',
    advice: {
      meaning: 'Claude Code calls Vertex AI with them, and there are none.',
      fix: 'gcloud auth application-default login',
    },
  },
  unauthenticated: {
    verdict: 'misconfigured',
    cause: 'unauthenticated',
    problem: 'the credentials are refused',
    advice: ofCredentials,
  },
  scopes_missing: {
    verdict: 'misconfigured',
    cause: 'scopes_missing',
    problem: 'the credentials lack the scope cloud-platform',
    advice: ofScopes,
  },
  permission_denied: {
    verdict: 'misconfigured',
    cause: 'permission_denied',
    problem: 'no permission aiplatform.endpoints.predict',
    advice: {
      meaning: 'An administrator has to grant this permission on project {project}.',
      fix: 'gcloud projects add-iam-policy-binding {project} --member {member} --role roles/aiplatform.user',
    },
  },
  impersonation_denied: {
    verdict: 'misconfigured',
    cause: 'impersonation_denied',
    problem: 'no permission to act as the service account',
    advice: {
      meaning: 'An administrator has to grant this on the service account whose credentials are asked for.',
      fix: 'gcloud iam service-accounts add-iam-policy-binding ACCOUNT --member {member} --role roles/iam.serviceAccountTokenCreator',
    },
  },
  quota_project_missing: {
    verdict: 'misconfigured',
    cause: 'quota_project_missing',
    problem: 'the credentials have no quota project',
    advice: ofQuotaProject('These credentials name no project to charge calls to.'),
  },
  /** Not of an answer alone: it is about the project that calls are charged to, and that isn't the pins' project. */
  other_quota_project: {
    verdict: 'misconfigured',
    cause: 'api_disabled',
    problem: 'calls are charged to another project, {consumer}',
    advice: ofQuotaProject('That project lacks the Vertex AI API or billing, or it is suspended or gone.'),
  },
  quota_project_denied: {
    verdict: 'misconfigured',
    cause: 'quota_project_denied',
    problem: 'no permission to charge calls to project {consumer}',
    advice: {
      meaning: 'An administrator has to grant serviceusage.services.use on that project.',
      fix: 'gcloud projects add-iam-policy-binding {consumer} --member {member} --role roles/serviceusage.serviceUsageConsumer',
    },
  },
  project_suspended: {
    verdict: 'misconfigured',
    cause: 'project_suspended',
    problem: 'project {consumer} is suspended',
    advice: {
      meaning:
        'Google suspended it. Its owner has to appeal, or the administrator of Pinward has to name another project.',
      fix: 'gcloud projects describe {consumer}',
    },
  },
  project_invalid: {
    verdict: 'misconfigured',
    cause: 'project_invalid',
    problem: 'there is no project {consumer}',
    advice: {
      meaning: 'It was deleted, or its name is wrong. The administrator of Pinward has to name another project.',
      fix: 'gcloud projects describe {consumer}',
    },
  },
  pinned_project_invalid: {
    verdict: 'misconfigured',
    cause: 'pinned_project_invalid',
    problem: 'there is no project {project}',
    advice: {
      meaning: 'It was deleted, or its name is wrong. The administrator of Pinward has to name another project.',
      fix: 'gcloud projects describe {project}',
    },
  },
  org_restriction: {
    verdict: 'misconfigured',
    cause: 'org_restriction',
    problem: 'refused by an organisation restriction of the network',
    advice: {
      meaning:
        "A proxy allows calls to some organisations only (X-Goog-Allowed-Resources), and the project's is none of them.",
      fix: 'gcloud projects get-ancestors {project}',
    },
  },
  perimeter: {
    verdict: 'misconfigured',
    cause: 'perimeter',
    problem: 'refused by a service perimeter (VPC Service Controls), id {denial}',
    advice: {
      meaning:
        'An administrator has to let this caller or network through the perimeter. The log of denials has the id.',
      fix: 'gcloud logging read protoPayload.metadata.@type:VpcServiceControlAuditMetadata --project {project} --freshness 1d',
    },
  },
  location_denied: {
    verdict: 'misconfigured',
    cause: 'location_denied',
    problem: 'location {location} does not exist, or is not allowed',
    advice: {
      meaning:
        'The administrator of Pinward has to pin another location, or one of Google Cloud has to allow this one.',
      fix: 'gcloud org-policies describe gcp.resourceLocations --effective --project {project}',
    },
  },
  api_disabled: {
    verdict: 'misconfigured',
    cause: 'api_disabled',
    problem: 'the Vertex AI API is disabled',
    advice: {
      meaning: 'Project {project} needs this API.',
      fix: 'gcloud services enable aiplatform.googleapis.com --project {project}',
    },
  },
  impersonation_api_disabled: {
    verdict: 'misconfigured',
    cause: 'impersonation_api_disabled',
    problem: 'the IAM Service Account Credentials API is disabled',
    advice: {
      meaning: 'Who acts as a service account needs this API, in the project that the answer names.',
      fix: 'gcloud services enable iamcredentials.googleapis.com --project {consumer}',
    },
  },
  billing_disabled: {
    verdict: 'misconfigured',
    cause: 'billing_disabled',
    problem: 'project {consumer} has no billing',
    advice: {
      meaning: 'Vertex AI requires billing.',
      fix: 'gcloud billing projects link {consumer} --billing-account ACCOUNT',
    },
  },
  wrong_address: {
    verdict: 'misconfigured',
    cause: 'wrong_address',
    problem: 'the address is not one of Vertex: it returned a web page, or has no such API',
    advice: {
      meaning: 'The location of the pin or the base URL is wrong, or a proxy answered in place of Google.',
      fix: 'curl --head {address}',
    },
  },
} as const satisfies Readonly<Record<string, Finding>>;
