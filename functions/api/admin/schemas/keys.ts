// Schemas of the calls for the public keys.

import { z } from 'zod';

export const KeysReply = z.strictObject({
  organisation: z.string().nullable().describe('Null when responses are not signed.'),
  keys: z.array(
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      kid: z.string().describe('The first 16 hex digits of the SHA-256 of the DER SubjectPublicKeyInfo.'),
      alg: z.literal('ES256'),
      use: z.literal('sig'),
      state: z
        .enum(['current', 'next', 'retiring'])
        .describe('`current` signs responses, `next` will sign them, and `retiring` signed them before.'),
      pem: z.string(),
    }),
  ),
  vouchers: z.array(
    z.strictObject({
      key: z.string().describe('The newer key.'),
      by: z.string().describe('The older key that vouches for it.'),
      validUntil: z.string(),
      signature: z
        .string()
        .describe('The ES256 signature (DER, base64) of the voucher text, which begins with pinward-key-v1.'),
    }),
  ),
});

export const KeyLines = z
  .string()
  .describe(
    'Lines: organisation NAME, key ID DER, voucher ID by ID VALID-UNTIL SIGNATURE. DER and SIGNATURE are base64.',
  );
