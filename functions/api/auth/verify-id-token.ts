// Verifies signed tokens. `jose` checks signature, issuer, audience and times; this file checks that the account may
// come in. Loaded with the first such token.

import { errors, type JWTPayload, jwtVerify } from 'jose';
import { isServiceAccount } from '../../../shared/domain/access/roles.ts';
import { ok } from '../../../shared/domain/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import { type ApiResult, type CredentialDefect, failHttp } from '../problems/http-fault.ts';
import type { Identity, IdTokenRequirements, Verify } from './id-token.ts';
import { createIssuerKeys, IssuerUnavailable } from './issuer-keys.ts';

/** The clock skew that Google allows for IAP. Source: https://cloud.google.com/iap/docs/signed-headers-howto */
const clockSkewSeconds = 30;
/**
 * A token counts for an hour after it was issued, whatever it says itself: Google's are valid for an hour, IAP's for ten minutes.
 */
const maxAgeSeconds = 3600;

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
        clockTolerance: clockSkewSeconds,
        currentDate: new Date(clock()),
      });
      return readIdentity(payload, requirements);
    } catch (error) {
      if (error instanceof IssuerUnavailable) return failHttp({ code: 'issuer_unavailable', detail: error.message });
      if (error instanceof errors.JOSEError) return refuse(defectOf(error));
      throw error;
    }
  };
}

function readIdentity(
  payload: JWTPayload,
  { hostedDomains, hasVerifiedClaim }: IdTokenRequirements,
): ApiResult<Identity> {
  const { email, email_verified: isVerified, hd, iat, exp } = payload;
  // ASCII only: beyond it two addresses can have the same lower case, as the Kelvin sign becomes a k.
  if (typeof email !== 'string' || !/^[!-~]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(email)) return refuse('claims');
  if (iat === undefined || exp === undefined) return refuse('claims');
  if (hasVerifiedClaim && isVerified !== true) return refuse('email_unverified');
  const address = email.toLowerCase();
  const isHosted = typeof hd === 'string' && hostedDomains.includes(hd);
  if (!isHosted && !isServiceAccount(address)) return refuse('hosted_domain');
  const expiresAt = Math.min(exp + clockSkewSeconds, iat + maxAgeSeconds) * 1000;
  return ok({ email: address, expiresAt });
}

/** Source of the codes: https://github.com/panva/jose/blob/main/docs/util/errors/README.md */
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
