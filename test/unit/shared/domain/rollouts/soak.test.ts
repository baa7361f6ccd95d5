// Since when a model has answered in a place, from which soaking counts.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callableSince } from '../../../../../shared/domain/rollouts/soak.ts';
import { endpoint, instant } from '../../../../support/observations.ts';
import { cell, matrix } from '../../../../support/world.ts';

const model = 'claude-opus-5';

describe('the time since when a model is callable', () => {
  test('is our first callable observation of it', () => {
    const seen = cell(model, { firstCallableAt: instant(-90), since: instant(-90) });

    assert.equal(callableSince(matrix([seen]), endpoint(model)), Date.parse(instant(-90)));
  });

  test('begins anew when the model is back after a loss', () => {
    const back = cell(model, { firstCallableAt: instant(-90), since: instant(-5), enabledCount: 2 });

    assert.equal(callableSince(matrix([back]), endpoint(model)), Date.parse(instant(-5)));
  });

  test('is that of this very place, whatever is known of others', () => {
    const places = [
      cell(model, { location: 'eu', firstCallableAt: instant(-90), since: instant(-90) }),
      cell(model, { project: 'acme-labs', firstCallableAt: instant(-80), since: instant(-80) }),
      cell('claude-opus-4-8', { firstCallableAt: instant(-70), since: instant(-70) }),
      cell(model, { firstCallableAt: instant(-60), since: instant(-60) }),
    ];

    assert.equal(callableSince(matrix(places), endpoint(model)), Date.parse(instant(-60)));
    assert.equal(callableSince(matrix(places.slice(0, 3)), endpoint(model)), null);
  });

  test('is unknown before the first run of a probe, and while the model never answered', () => {
    const never = cell(model, { state: 'not_enabled', firstCallableAt: null });

    assert.equal(callableSince(null, endpoint(model)), null);
    assert.equal(callableSince(matrix(), endpoint(model)), null);
    assert.equal(callableSince(matrix([never]), endpoint(model)), null);
  });
});
