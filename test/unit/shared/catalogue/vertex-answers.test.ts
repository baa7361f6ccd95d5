// The table of Vertex's answers: what people met is judged as people judged it, and no row is dead or means different things
// to different readers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findAnswer, judgeBody, judgeError } from '../../../../shared/adapters/vertex-verdict.ts';
import { adviceFor, credentialKinds, fillIn } from '../../../../shared/catalogue/vertex-advice.ts';
import { answerRows, grpcCodes } from '../../../../shared/catalogue/vertex-answers.ts';
import { findings } from '../../../../shared/catalogue/vertex-findings.ts';
import { BlindCause } from '../../../../shared/domain/availability/observation.ts';
import { knownAnswers } from '../../../support/vertex-answers.ts';

describe('an answer that people met', () => {
  for (const { means, code, reason, text } of knownAnswers)
    test(`means ${means}: ${code} ${reason} ${JSON.stringify(text)}`, () => {
      const number = code === null ? undefined : grpcCodes.indexOf(code);
      const error = Object.assign(new Error(text), { code: number, details: text, reason });
      const { verdict, cause, evidence } = code === 'OK' ? judgeBody(text) : judgeError(error, 'confirm');

      assert.equal(cause ?? verdict, means);
      // What fits no row is shown in Google's own words.
      if (means === 'unknown') assert.ok(evidence.includes(text), evidence);
    });
});

test('every finding but the one of the doctor alone is met, so no finding is dead', () => {
  const met = new Set(knownAnswers.map(findAnswer));

  assert.deepEqual(
    Object.keys(findings).filter((name) => ![...met].includes(name as keyof typeof findings)), // the keys are the names
    ['other_quota_project'],
  );
});

test('patterns are such that JavaScript and awk read them alike', () => {
  const strange = answerRows.flatMap(({ text = '' }) => (/^[a-z0-9 _.,'"<>!/|()[\]*+?^$-]*$/.test(text) ? [] : [text]));
  const classes = answerRows.flatMap(({ text = '' }) => [...text.matchAll(/\[[^\]]*\]/g)].map(([each]) => each));

  assert.deepEqual(strange, []);
  assert.deepEqual([...new Set(classes)].sort(), ['[.]', '[/ ]', '[^ ]', '[^a-z]', '[a-z.]', '[a-z]', '[sz]']);
  assert.deepEqual(
    answerRows.flatMap(({ text = '' }) => text.match(/\(\?|\*\?|\+\?|\?\?/g) ?? []),
    [],
  );
});

test('a cause goes with misconfigured and with nothing else, and every cause has a finding', () => {
  const all = Object.values(findings).map((finding) => ({ cause: null, ...finding }));

  for (const { verdict, cause } of all) assert.equal(cause !== null, verdict === 'misconfigured');
  assert.deepEqual(
    BlindCause.options.filter((cause) => !all.some((each) => each.cause === cause)),
    [],
  );
});

test('whoever has to do something is told what, for every kind of credentials, with every word filled in', () => {
  for (const finding of Object.values(findings))
    for (const kind of credentialKinds) {
      const advice = adviceFor(kind, finding.advice);
      const isFine = ['enabled', 'candidate', 'transient'].includes(finding.verdict);
      assert.equal(advice === null, isFine, finding.problem);
      const said = [finding.problem, advice?.meaning ?? '', advice?.fix ?? ''].map((text) =>
        fillIn(text, { project: 'acme' }),
      );
      assert.doesNotMatch(said.join(), /[{}]/);
    }
});

test('nobody is told to log in whose credentials are not of a person', () => {
  for (const kind of ['key', 'federation', 'metadata', 'gateway'] as const)
    for (const name of ['unauthenticated', 'scopes_missing', 'quota_project_missing'] as const) {
      const { meaning = '', fix = '' } = adviceFor(kind, findings[name].advice) ?? {};
      assert.doesNotMatch(`${meaning} ${fix}`, /default login|log in|set-quota-project/i);
    }
});
