// Who is admitted, before a byte of a body is read.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { failHttp } from '../../../../../functions/api/problems/http-fault.ts';
import {
  type Admission,
  createAdmission,
  maxCallsInProgress,
  type RouteNeeds,
} from '../../../../../functions/api/traffic/admission.ts';
import { createRateLimiter } from '../../../../../functions/api/traffic/rate-limit.ts';
import type { Role } from '../../../../../shared/domain/access/roles.ts';
import { ok } from '../../../../../shared/domain/fault.ts';

const putPolicy: RouteNeeds = { role: 'editor', hasBody: true, lowersRisk: false, alwaysAnswers: false };
const restore: RouteNeeds = { role: 'editor', hasBody: false, lowersRisk: true, alwaysAnswers: false };
const report: RouteNeeds = { role: 'machine', hasBody: true, lowersRisk: false, alwaysAnswers: false };
const keys: RouteNeeds = { role: null, hasBody: false, lowersRisk: false, alwaysAnswers: false };
const health: RouteNeeds = { ...keys, alwaysAnswers: true };

describe('admission', () => {
  let admission: Admission;

  beforeEach(() => {
    admission = createAdmission(createRateLimiter(() => 0));
  });

  function enter(needs: RouteNeeds, role: Role, name = 'ada'): string | null {
    const admitted = admission.enter(needs, ok({ name, role }));
    return admitted.ok ? admitted.value.requestClass : admitted.fault.code;
  }

  test('refuses whom no role lets make the call', () => {
    assert.equal(enter(putPolicy, 'reader'), 'forbidden');
    assert.equal(enter(restore, 'machine'), 'forbidden');
    const stranger = admission.enter(report, failHttp({ code: 'unauthenticated', defect: 'missing' }));
    assert.equal(stranger.ok ? null : stranger.fault.code, 'unauthenticated');
  });

  test('gives each kind of call a class of its own', () => {
    assert.equal(enter(putPolicy, 'editor'), 'admin');
    assert.equal(enter(restore, 'owner'), 'riskLowering');
    assert.equal(enter(report, 'owner'), 'report');
    assert.equal(enter(keys, 'machine'), 'open');
    assert.equal(enter(health, 'machine'), null);
  });

  test('lets a caller have a few calls in progress, and those that lower risk beside them', () => {
    const admitted = Array.from({ length: maxCallsInProgress }, () => admission.enter(putPolicy, ok(editor)));

    assert.equal(enter(putPolicy, 'editor', 'ed'), 'rate_limited');
    assert.equal(enter(restore, 'editor', 'ed'), 'riskLowering');
    assert.equal(enter(putPolicy, 'editor', 'ada'), 'admin');
    const [first] = admitted;
    if (first?.ok === true) first.value.leave();
    assert.equal(enter(putPolicy, 'editor', 'ed'), 'admin');
    assert.equal(enter(putPolicy, 'editor', 'ed'), 'rate_limited');
  });

  test('holds up no machine for another that shares its credential', () => {
    for (let machine = 0; machine < 1_000; machine++) assert.equal(enter(report, 'machine', 'token:fleet'), 'report');
  });
});

const editor = { name: 'ed', role: 'editor' } as const;
