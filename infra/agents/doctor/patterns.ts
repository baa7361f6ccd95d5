// What the doctor of both agents finds by patterns, in which `*` is any text and `?` any character. The first row with a
// pattern that fits counts. Each agent is built with these rows.

import type { CredentialKind } from '../../../shared/catalogue/vertex-advice.ts';
import type { GrpcCode } from '../../../shared/catalogue/vertex-answers.ts';

export interface CredentialRow {
  /** For TYPE:PROVIDER:ACCOUNT of a file of credentials. */
  readonly patterns: readonly string[];
  readonly kind: CredentialKind;
  /** To whom IAM grants something. {pool}: that of the provider. */
  readonly member: string;
}

export interface StatusRow {
  /** For TYPE:STATUS of an answer: the `type` in its JSON, if it has one, and the status of HTTP. */
  readonly patterns: readonly string[];
  readonly code: GrpcCode;
}

const ofPool = 'principalSet://iam.googleapis.com/{pool}/*';
const ofAccount = 'serviceAccount:{account}';

export const credentialRows: readonly CredentialRow[] = [
  { patterns: ['gateway:*'], kind: 'gateway', member: ofAccount },
  { patterns: ['external_account_authorized_user:*'], kind: 'workforce', member: ofPool },
  { patterns: ['external_account:*workforcePools*:'], kind: 'workforce', member: ofPool },
  { patterns: ['external_account:*workforcePools*'], kind: 'workforce', member: ofAccount },
  { patterns: ['external_account:*:'], kind: 'federation', member: ofPool },
  { patterns: ['external_account:*'], kind: 'federation', member: ofAccount },
  { patterns: ['impersonated_service_account:*'], kind: 'impersonation', member: ofAccount },
  { patterns: ['service_account:*', 'gdch_service_account:*'], kind: 'key', member: ofAccount },
  { patterns: [':*'], kind: 'metadata', member: ofAccount },
  { patterns: ['*'], kind: 'person', member: 'user:YOUR@ADDRESS' },
];

/**
 * An answer that is not in Google's form has the code that gRPC gives its status, but for 403, which anybody between may say:
 * https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md
 */
export const statusRows: readonly StatusRow[] = [
  { patterns: ['message:200'], code: 'OK' },
  { patterns: ['error:*'], code: 'INVALID_ARGUMENT' },
  { patterns: ['*:401'], code: 'UNAUTHENTICATED' },
  { patterns: ['*:404', '*:501'], code: 'UNIMPLEMENTED' },
  { patterns: ['*:429', '*:5??'], code: 'UNAVAILABLE' },
];
