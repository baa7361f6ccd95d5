// What keeps a project's probe from every answer. It is wrong for every model, so it is looked for once, by a call for free.

import { findCredentialKind } from '../../../shared/adapters/vertex-clients.ts';
import { shippedCatalogue } from '../../../shared/catalogue/catalogue.ts';
import { adviceFor, type CredentialKind, fillIn } from '../../../shared/catalogue/vertex-advice.ts';
import { findings } from '../../../shared/catalogue/vertex-findings.ts';
import type { BlindCause } from '../../../shared/domain/availability/observation.ts';
import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';
import type { Garden } from '../../../shared/ports.ts';
import { printable } from '../../printable.ts';

/** One sentence with what to do about it; null when nothing keeps the probe from an answer in other locations, too. */
export async function findObstacle(garden: Garden, project: string, location = 'global'): Promise<string | null> {
  const [newest] = shippedCatalogue;
  const endpoint = { project, location, model: newest?.id ?? '' };
  const { cause, evidence } = await garden.screen(endpoint);
  if (cause === null || cause === 'wrong_address' || cause === 'location_denied') return null;
  const answer = `(Google: ${printable(evidence)})`;
  const kind = await findCredentialKind();
  if (cause === 'unauthenticated' && kind === 'person')
    return `Project ${project}: ${cause}. Sign in first: gcloud auth application-default login. ${answer}`;
  const advice = adviceOn(cause, endpoint, kind).trim().split(/\n +/);
  return `Project ${project}: ${cause}. ${printable(advice.join(' Run: '))} ${answer}`;
}

/** What to do about it, for these credentials; empty when nobody has to do anything. */
export function adviceOn(cause: BlindCause, { project, location }: ModelEndpoint, kind: CredentialKind): string {
  const advice = adviceFor(kind, findings[cause].advice);
  if (advice === null) return '';
  return fillIn(`\n    ${advice.meaning}\n    ${advice.fix}`, { project, location, consumer: project });
}
