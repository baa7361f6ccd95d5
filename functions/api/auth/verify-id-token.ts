// Verifies a signed token by `jose`: signature, issuer, audience and times; then whether its holder belongs here. Loaded
// with the first such token.

import { errors, type JWTPayload, jwtVerify } from 'jose';
import { isServiceAccount } from '../../../shared/domain/access/roles.ts';
import { ok } from '../../../shared/domain/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { type ApiResult, type CredentialDefect, failHttp } from '../problems/http-fault.ts';
import type { Identity, IdTokenRequirements, Verify } from './id-token.ts';
import { createIssuerKeys, IssuerUnavailable } from './issuer-keys.ts';

/** Clocks differ; source: Google's advice for IAP's header. */
const toleranceSeconds = 30;
/** Google's tokens live an hour and IAP's ten minutes; one that claims to live for years is none of theirs. */
const maxAgeSeconds = 24 * 3600;

export function createVerify(requirements: IdTokenRequirements, clock: Clock): Verify {
  const keyOf = createIssuerKeys(requirements.keys, clock);
  return async function verify(token) {
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        algorithms: [requirements.algorithm],
        issuer: [...requirements.issuers],
        audience: [...requirements.audiences],
        requiredClaims: ['sub', 'exp'],
        maxTokenAge: maxAgeSeconds,
        clockTolerance: toleranceSeconds,
        currentDate: new Date(clock()),
      });
      return readPerson(payload, requirements);
    } catch (error) {
      if (error instanceof IssuerUnavailable) return failHttp({ code: 'issuer_unavailable', detail: error.message });
      if (error instanceof errors.JOSEError) return refuse(defectOf(error));
      throw error;
    }
  };
}

function readPerson(payload: JWTPayload, { hostedDomains, statesVerified }: IdTokenRequirements): ApiResult<Identity> {
  const { email, email_verified: isVerified, hd, exp } = payload;
  // Beyond ASCII, different addresses have one lower case: the Kelvin sign becomes a k.
  if (typeof email !== 'string' || !/^[!-~]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(email) || exp === undefined) {
    return refuse('claims');
  }
  if (statesVerified && isVerified !== true) return refuse('email_unverified');
  const address = email.toLowerCase();
  const isOfTheHouse = typeof hd === 'string' && hostedDomains.includes(hd);
  if (!isOfTheHouse && !isServiceAccount(address)) return refuse('hosted_domain');
  return ok({ email: address, expiresAt: (exp + toleranceSeconds) * 1000 });
}

/** Codes of jose are stable; source: its `util/errors`. */
function defectOf(error: errors.JOSEError): CredentialDefect {
  switch (error.code) {
    case 'ERR_JWT_EXPIRED':
      return 'expired';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return error instanceof errors.JWTClaimValidationFailed ? defectOfClaim(error) : 'claims';
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return 'algorithm';
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'key_unknown';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'signature';
    default:
      return 'malformed';
  }
}

function defectOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): CredentialDefect {
  if (reason !== 'check_failed') return 'claims';
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return claim === 'nbf' || claim === 'iat' ? 'not_yet_valid' : 'claims';
}

function refuse(defect: CredentialDefect): ApiResult<never> {
  return failHttp({ code: 'unauthenticated', defect });
}
