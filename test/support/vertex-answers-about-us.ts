// Answers of Vertex about our own configuration, as people met them.

import { type KnownAnswer, known } from './known-answer.ts';

const place = 'projects/acme-claude/locations/global/publishers/anthropic/models/claude-opus-5';

export const aboutUs: readonly KnownAnswer[] = [
  known(
    'permission_denied',
    'PERMISSION_DENIED',
    `Permission 'aiplatform.endpoints.predict' denied on resource '//aiplatform.googleapis.com/${place}' (or it may not exist).`,
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'permission_denied',
    'PERMISSION_DENIED',
    "Permission 'aiplatform.endpoints.predict' denied on resource 'x' (or it may not exist).",
  ),
  known('permission_denied', 'PERMISSION_DENIED', 'The caller does not have permission'),
  known(
    'quota_project_denied',
    'PERMISSION_DENIED',
    'Caller does not have required permission to use project old. Grant the caller the roles/serviceusage.serviceUsageConsumer role, with serviceusage.services.use.',
    'USER_PROJECT_DENIED',
  ),
  known('quota_project_denied', 'PERMISSION_DENIED', 'Caller does not have required permission to use project old.'),
  known(
    'project_suspended',
    'PERMISSION_DENIED',
    "Permission denied: Consumer 'projects/acme-claude' has been suspended.",
    'CONSUMER_SUSPENDED',
  ),
  known('project_suspended', 'PERMISSION_DENIED', "Consumer 'projects/acme-claude' has been suspended."),
  known(
    'project_suspended',
    'PERMISSION_DENIED',
    "Permission denied: Consumer 'project:acme-claude' has been suspended.",
  ),
  known('project_suspended', 'FAILED_PRECONDITION', 'The project is suspended.'),
  known('project_invalid', 'PERMISSION_DENIED', 'no', 'CONSUMER_INVALID'),
  // A reason says more than the code, and than the text.
  known('pinned_project_invalid', 'NOT_FOUND', 'Requested entity was not found.', 'RESOURCE_PROJECT_INVALID'),
  known('project_suspended', 'NOT_FOUND', 'Requested entity was not found.', 'CONSUMER_SUSPENDED'),
  known('location_denied', 'NOT_FOUND', 'Requested entity was not found.', 'LOCATION_POLICY_VIOLATED'),
  known('perimeter', 'NOT_FOUND', 'Requested entity was not found.', 'SECURITY_POLICY_VIOLATED'),
  known('org_restriction', 'PERMISSION_DENIED', 'no', 'ORG_RESTRICTION_VIOLATION'),
  known('project_invalid', 'FAILED_PRECONDITION', 'Project acme-claude has been deleted.'),
  known('project_invalid', 'INVALID_ARGUMENT', 'Project `acme-claude` does not exist.'),
  known('project_invalid', 'INVALID_ARGUMENT', "Project 'acme-claude' not found or deleted."),
  known(
    'perimeter',
    'PERMISSION_DENIED',
    "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: q7Rw",
    'SECURITY_POLICY_VIOLATED',
  ),
  known('perimeter', 'PERMISSION_DENIED', 'Request is prohibited by organization’s policy.'),
  known(
    'location_denied',
    'PERMISSION_DENIED',
    "Permission denied on 'locations/mars' (or it may not exist).",
    'LOCATION_POLICY_VIOLATED',
  ),
  known('location_denied', 'PERMISSION_DENIED', 'Permission denied on locations/mars'),
  known(
    'scopes_missing',
    'PERMISSION_DENIED',
    'Request had insufficient authentication scopes.',
    'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
  ),
  known('scopes_missing', 'PERMISSION_DENIED', 'Request had insufficient authentication scopes.'),
  known('scopes_missing', 'UNAUTHENTICATED', 'no', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'The aiplatform.googleapis.com API requires a quota project, which is not set by default.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'Your application has authenticated using end user credentials from the Google Cloud SDK or Google Cloud Shell which are not supported by the aiplatform.googleapis.com.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_missing',
    'PERMISSION_DENIED',
    'Vertex AI API has not been used in project 764086051850 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known(
    'quota_project_denied',
    'PERMISSION_DENIED',
    "Permission 'serviceusage.services.use' denied on resource 'projects/old' (or it may not exist).",
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'impersonation_denied',
    'PERMISSION_DENIED',
    "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    'IAM_PERMISSION_DENIED',
  ),
  known(
    'impersonation_api_disabled',
    'PERMISSION_DENIED',
    'IAM Service Account Credentials API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known(
    'api_disabled',
    'PERMISSION_DENIED',
    'Vertex AI API has not been used in project 1 before or it is disabled.',
    'SERVICE_DISABLED',
  ),
  known('api_disabled', 'PERMISSION_DENIED', 'Vertex AI API has not been used in project 1 before or it is disabled.'),
  known('billing_disabled', 'PERMISSION_DENIED', 'This API method requires billing to be enabled.', 'BILLING_DISABLED'),
  known('billing_disabled', 'PERMISSION_DENIED', 'This API method requires billing to be enabled.'),
  known('unauthenticated', 'UNAUTHENTICATED', 'API keys are not supported by this API.'),
  known('wrong_address', 'UNIMPLEMENTED', '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>'),
  known('wrong_address', 'NOT_FOUND', '<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>'),
  known('unknown', 'PERMISSION_DENIED', 'The moon is full.', 'MOON_PHASE_VIOLATED'),
  known('unknown', 'PERMISSION_DENIED', ''),
];
