// Checks of the texts that name models in settings: what is no id, what has a suffix that the model lacks, and overrides.

import type { Finding } from '../fault.ts';
import { type Catalogue, findModel, newestOpen, rightIdOf } from '../models/catalogue.ts';
import { correctedId, explainModel, parseModel } from '../models/model.ts';
import { canonicalName, canonicalNamesOf } from '../models/model-name.ts';
import {
  isAlias,
  type ModelReference,
  maxCalled,
  modelNamedBy,
  modelReferences,
  withoutSuffix,
} from '../policy/model-references.ts';
import { isAllowedBy } from '../serving/allow-list.ts';
import { error, type LintInput, type WrittenSettings, warning } from './linted-ring.ts';

/** Texts that name no known model: to call one fails; in a list, the entry has no effect. */
export function checkTexts({ settings, path: at }: WrittenSettings, { catalogue, day }: LintInput): readonly Finding[] {
  const references = modelReferences(settings, at);
  const called = references.filter(({ role }) => role === 'called');
  const isKnownEntry = knownEntries(catalogue);
  const wrong = references.filter(({ text, role }) => {
    return !isAlias(text) && (role === 'called' ? modelNamedBy(text) === null : !isKnownEntry({ text, role }));
  });
  const tooMany = error(
    'models_too_many',
    at,
    `these settings name ${called.length} models to call, more than the ${maxCalled} that are checked`,
    'Remove models that nobody calls.',
  );
  return [
    ...(called.length > maxCalled ? [tooMany] : []),
    ...called
      .slice(0, maxCalled)
      .flatMap((reference) => [...checkSuffix(reference, catalogue), ...checkOverride(reference)]),
    ...wrong.slice(0, maxCalled).map((reference) => wrongText(reference, catalogue, day)),
  ];
}

/** `[1m]` behind a model that has no such context. */
function checkSuffix({ text, path }: ModelReference, catalogue: Catalogue): readonly Finding[] {
  const bare = withoutSuffix(text);
  const model = findModel(catalogue, bare);
  if (bare === text || (bare !== 'haiku' && model?.context1m.value?.kind !== 'none')) return [];
  return [warning('context1m_unsupported', path, `${bare} has no 1M context`, `Write "${bare}".`)];
}

/** An override that sends a model of one family to one of another. */
function checkOverride({ text, path, key }: ModelReference): readonly Finding[] {
  const from = key === 'modelOverrides' ? modelNamedBy(path.slice(path.lastIndexOf('/') + 1)) : null;
  const to = modelNamedBy(text);
  if (from === null || to === null || from.family === to.family) return [];
  const message = `modelOverrides sends ${from.id} to ${to.id}, of family ${to.family}`;
  return [warning('override_of_family', path, message, `Choose a model of family ${from.family}, or remove it.`)];
}

function wrongText({ text, role, path }: ModelReference, catalogue: Catalogue, day: string): Finding {
  const shown = text.slice(0, 128);
  const { message } = explainModel(shown);
  const meant =
    rightIdOf(catalogue, shown, day) ??
    newestOpen(catalogue, parseModel(correctedId(shown) ?? '')?.family ?? 'opus', day)?.id ??
    null;
  const fix = `Write ${meant === null ? 'another id' : `"${meant}"`}; GET /v1/catalogue lists the known ones.`;
  return role === 'called'
    ? error('model_unknown', path, `${shown} names no model on Vertex: ${message}`, fix)
    : warning('model_unknown', path, `${shown} names no known model, so the entry may have no effect`, fix);
}

/** Whether an entry of a list lets a known model through, or stops one. */
function knownEntries(catalogue: Catalogue): (reference: Pick<ModelReference, 'text' | 'role'>) => boolean {
  const denied = new Set(catalogue.flatMap(({ id }) => canonicalNamesOf(id)));
  return function isKnownEntry({ text, role }) {
    if (role === 'denied') return denied.has(canonicalName(text) ?? '');
    const list = [text];
    return catalogue.some(({ id }) => isAllowedBy(list, id));
  };
}
