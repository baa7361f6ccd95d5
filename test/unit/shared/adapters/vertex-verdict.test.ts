// What answers of Vertex say that the fake garden doesn't give, and how evidence is made fit to be shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeBody, judgeCount, judgeError } from '../../../../shared/adapters/vertex-verdict.ts';
import type { BlindCause, Verdict } from '../../../../shared/domain/availability/observation.ts';

type Said = Verdict | BlindCause;

const plugin = 'Getting metadata from plugin failed with error:';

test('what fails before anything is sent is about our credentials, or about the network', async (t) => {
  const cases: readonly (readonly [Said, unknown])[] = [
    ['unauthenticated', new Error('Could not load the default credentials. Browse to https://cloud.google.com/docs')],
    ['unauthenticated', new Error('The file at GOOGLE_APPLICATION_CREDENTIALS does not exist, or it is not a file.')],
    ['unauthenticated', new Error('invalid_grant')],
    ['unauthenticated', Object.assign(new Error('invalid_grant: Token has been expired or revoked.'), { code: '400' })],
    [
      'unauthenticated',
      Object.assign(new Error('{"error":"invalid_grant","error_subtype":"invalid_rapt"}'), { code: 400 }),
    ],
    ['unauthenticated', new Error('reauth related error (invalid_rapt)')],
    ['unauthenticated', grpc(2, `${plugin} invalid_grant`)],
    [
      'unauthenticated',
      grpc(16, `${plugin} Could not refresh access token: permission iam.serviceAccounts.getAccessToken denied`),
    ],
    [
      'transient',
      grpc(2, `${plugin} request to https://oauth2.googleapis.com/token failed, reason: getaddrinfo ENOTFOUND`),
    ],
    ['transient', grpc(2, `${plugin} getaddrinfo EAI_AGAIN oauth2.googleapis.com`)],
    ['unauthenticated', grpc(2, `${plugin} Unsuccessful response status code. Request failed with status code 404`)],
    ['transient', grpc(14, `${plugin} connect ECONNREFUSED 127.0.0.1:443`)],
    ['transient', grpc(2, `${plugin} read ECONNRESET`)],
    ['transient', grpc(2, `${plugin} The operation timed out.`)],
    ['transient', grpc(14, 'Name resolution failed for target dns:us-east5-aiplatform.googleapis.com:443')],
    ['transient', grpc(14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:443')],
    ['unknown', new TypeError('x is not a function')],
    ['unknown', 'The client has already been closed.'],
    ['unknown', undefined],
  ];
  for (const [said, error] of cases) await t.test(`${said}: ${String(error)}`, () => assert.equal(saidOf(error), said));
});

test('a code alone decides only where no text is needed', async (t) => {
  const said: Record<number, Said> = {
    0: 'unknown',
    1: 'transient',
    2: 'transient',
    3: 'unknown',
    4: 'transient',
    5: 'not_enabled',
    6: 'unknown',
    7: 'unknown',
    8: 'transient',
    9: 'unknown',
    10: 'transient',
    11: 'unknown',
    12: 'wrong_address',
    13: 'transient',
    14: 'transient',
    15: 'unknown',
    16: 'unauthenticated',
    17: 'unknown',
    404: 'unknown',
  };
  for (const [code, expected] of Object.entries(said))
    await t.test(`${code} is ${expected}`, () => assert.equal(saidOf(grpc(Number(code), 'hm')), expected));
});

test('texts that look alike are told apart', async (t) => {
  const cases: readonly (readonly [Said, Error])[] = [
    ['wrong_address', grpc(5, '<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>')],
    ['wrong_address', grpc(13, 'Unexpected token < in JSON, not JSON')],
    ['wrong_address', grpc(12, 'Received HTTP status code 404')],
    ['transient', grpc(14, '<html>502 Bad Gateway</html>')],
    ['perimeter', grpc(7, "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x")],
    ['blocked_by_policy', grpc(9, 'Organization Policy constraint constraints/gcp.resourceLocations violated')],
    ['blocked_by_policy', grpc(7, 'Organization Policy constraint constraints/vertexai.allowedModels violated')],
    ['not_enabled', grpc(7, 'Project `1` is not allowed to use Publisher Model `m`')],
    ['transient', grpc(8, "Quota exceeded for quota metric 'Count token requests' and limit 'per minute'")],
    ['permission_denied', grpc(7, 'no', 'IAM_PERMISSION_DENIED')],
    ['permission_denied', grpc(7, 'Please enable billing', 'IAM_PERMISSION_DENIED')],
    ['billing_disabled', grpc(7, 'no', 'BILLING_DISABLED')],
    ['billing_disabled', grpc(7, 'This API method requires billing to be enabled.')],
    ['api_disabled', grpc(7, 'Vertex AI API has not been used in project 1 before or it is disabled.')],
    ['api_disabled', grpc(7, 'no', 'SERVICE_DISABLED')],
    ['transient', grpc(3, '{"type":"error","error":{"type":"rate_limit_error"}}')],
    ['unknown', grpc(3, '{"type":"error","error":{"type":"not_found_error"}}')],
    ['transient', grpc(13, '{"type":"error","error":{"type":"invalid_request_error"}}')],
  ];
  for (const [said, error] of cases) await t.test(`${said}: ${error.message}`, () => assert.equal(saidOf(error), said));
});

test('only a confirmation enables, and only when Claude itself spoke', () => {
  const reached = grpc(3, '{"type":"error","error":{"type":"invalid_request_error"}}');

  assert.equal(judgeError(reached, 'screen').verdict, 'candidate');
  assert.equal(judgeError(reached, 'confirm').verdict, 'enabled');
  assert.equal(judgeError(grpc(3, 'countTokens is infeasible for x'), 'confirm').verdict, 'candidate');
  assert.equal(judgeCount().verdict, 'candidate');
  assert.equal(judgeBody('{"type":"message","content":[]}').verdict, 'enabled');
  for (const body of ['', 'null', '[]', '{}', '"message"', '{"type":"ping"}', '{"type":"error"}', '{"type":"message"'])
    assert.equal(judgeBody(body).verdict, 'unknown', body);
});

test('a cause is told with misconfigured and with nothing else', () => {
  for (let code = 0; code < 18; code++) {
    const { verdict, cause } = judgeError(grpc(code, 'hm'), 'confirm');
    assert.equal(cause !== null, verdict === 'misconfigured', `code ${code}`);
  }
});

test('evidence is the name of the code and the text, in one line', () => {
  const { evidence } = judgeError(grpc(5, ' not\r\n\u0000found\u001b[31m \u202e\u2028here\u200b '), 'screen');

  assert.equal(evidence, 'NOT_FOUND: not found [31m here');
});

test('evidence is cut to 500 characters, and never within one', () => {
  const long = judgeError(grpc(5, 'a'.repeat(488) + '🌱'.repeat(9000)), 'screen').evidence;

  assert.equal(long, `NOT_FOUND: ${'a'.repeat(488)}`);
  assert.ok(long.isWellFormed());
});

test('evidence holds nothing that looks like a secret', async (t) => {
  const secret = 's3cr3t-s3cr3t-s3cr3t';
  const texts = [
    `token ya29.${secret} is no good`,
    `refresh 1//${secret} is no good`,
    `key AIza${secret} is no good`,
    `{"client_secret":"GOCSPX-${secret}"}`,
    `Authorization: Bearer ${secret}`,
    `eyJhbGciOiJSUzI1NiJ9.${secret}.${secret}`,
    `grant_type=refresh_token&refresh_token=${secret}&client_secret=${secret}`,
    `{"access_token": "${secret}", "id_token":"${secret}"}`,
    `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${secret}`,
  ];
  for (const text of texts)
    await t.test(text.slice(0, 20), () => {
      for (const { evidence } of [judgeError(grpc(16, text), 'screen'), judgeBody(text)]) {
        assert.doesNotMatch(evidence, /s3cr3t/);
        assert.match(evidence, /\[secret\]/);
      }
    });
});

test('evidence of a text that is sixteen times as long costs no more than in proportion, with room for noise', () => {
  costOfEvidence(62_500);
  const [short, long] = [costOfEvidence(62_500), costOfEvidence(1_000_000)];

  // A search that goes back over the text would cost 256 times as much.
  assert.ok(long < 64 * short, `${long} ms against ${short} ms`);
});

/** The processor time, in milliseconds, that it takes to judge errors of texts which repeat something so often. */
function costOfEvidence(times: number): number {
  const texts = [
    '-----BEGIN PRIVATE KEY-----'.repeat(times),
    'Quota exceeded '.repeat(times),
    `{"type":"error","a":"${'has not been used in project '.repeat(times)}"}`,
    `${plugin} ${'E'.repeat(5 * times)}`,
  ];
  const before = process.cpuUsage();
  for (const text of texts) {
    for (const code of [2, 7, 8, 13]) judgeError(grpc(code, text), 'screen');
    judgeBody(text);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function grpc(code: number, details: string, reason?: string): Error {
  return Object.assign(new Error(`${code} NAME: ${details}`), { code, details, reason });
}

/** The verdict, or the cause where the verdict is that we can't see. */
function saidOf(error: unknown): string {
  const { verdict, cause } = judgeError(error, 'confirm');
  return cause ?? verdict;
}
