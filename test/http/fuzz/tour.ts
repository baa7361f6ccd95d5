// Valid calls in an order in which each has something to do: the way to what hostile ones alone would never reach. Begins each
// world, before it is fuzzed.

import { rolloutPolicy } from '../../support/rollout-fleet.ts';
import { adminToken } from '../../support/service.ts';
import type { Operation } from './document.ts';
import { examples } from './from-schema.ts';
import type { Asked } from './requests.ts';
import { secondToken } from './world.ts';

type Step = readonly [method: string, target: string, body?: object | undefined, token?: string];

const pin = (model: string) => ({ model });
const roles = { owner: ['email:ada@example.com'], reader: ['domain:example.com'] };

const steps: readonly Step[] = [
  ['POST', '/v1/rollouts/1/pause?reason=lunch'],
  ['POST', '/v1/rollouts/1/resume'],
  ['POST', '/v1/rollouts/1/abort'],
  ['POST', '/v1/upgrades/everyone.opus.claude-opus-91/approve?force=now'],
  ['POST', '/v1/upgrades/everyone.opus.claude-opus-92/reject'],
  ['POST', '/v1/upgrades/everyone.opus.claude-opus-92/reopen'],
  ['POST', '/v1/freeze?reason=quiet'],
  ['POST', '/v1/thaw'],
  ['POST', '/v1/break-glass?note=alone'],
  ['POST', '/v1/break-glass/end'],
  ['PUT', '/v1/policy', rolloutPolicy({ secondPerson: true })],
  ['PUT', '/v1/rings/everyone/pins/opus?force=fuzz', pin('claude-opus-92')],
  ['POST', '/v1/proposals/1/approve', undefined, secondToken],
  ['PUT', '/v1/policy?force=fuzz', rolloutPolicy()],
  ['POST', '/v1/proposals/2/reject', undefined, secondToken],
  ['PUT', '/v1/policy?force=fuzz', rolloutPolicy()],
  ['POST', '/v1/proposals/3/rebase'],
  ['POST', '/v1/proposals/4/approve', undefined, secondToken],
  ['POST', '/v1/revisions/1/restore'],
  ['PUT', '/v1/access', roles],
  ['POST', '/v1/tokens', { name: 'build', role: 'reader', labels: { team: 'sre' } }],
  ['POST', '/v1/tokens', { name: 'old', role: 'machine', labels: {} }],
  ['POST', '/v1/tokens/old/revoke'],
  ['POST', '/v1/reports', { machine: 'c-1', revision: 1, outcome: 'applied' }],
];

export function tourOf(operations: readonly Operation[]): readonly Asked[] {
  const reads = operations.filter(({ method }) => method === 'GET').map(({ path }): Step => ['GET', fill(path)]);
  return [...reads, ...steps, ...reads].map(([method, target, body, token = adminToken]) => ({
    method,
    target,
    headers: [
      ['Authorization', `Bearer ${token}`],
      ['If-Match', '*'],
      ['Content-Type', 'application/json'],
    ],
    body: body === undefined ? null : JSON.stringify(body),
  }));
}

function fill(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => String(examples[name]?.[0] ?? '1'));
}
