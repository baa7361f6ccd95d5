// Problem texts about a policy: pins that can't be called, and when the probe asks about them.

import type { UncallablePin } from '../../../shared/domain/fault.ts';
import type { ProblemText } from './problem-text.ts';

export function uncallableText([first]: readonly UncallablePin[]): { title: string; hint: string; field: string } {
  if (first === undefined) throw new Error('model_not_callable without a pin');
  const { path, project, location, model, state, nearest, elsewhere } = first;
  const isUnprobed = state === 'unknown';
  const probeResult = isUnprobed ? 'no probe result yet' : state;
  const alternative = nearest === null ? '' : `Pin "${nearest}", which is callable there. `;
  const locations = elsewhere.length === 0 ? '' : `${model} is callable in ${elsewhere.join(', ')}. `;
  const probe = isUnprobed ? 'Send the change again with ?probe: the next run of the probe then asks about it. ' : '';
  const override = '?force=reason publishes the pin anyway; the reason is recorded.';
  return {
    title: `${model} is not known to be callable in ${location} by project ${project} (${probeResult})`,
    hint: `${alternative}${locations}${probe}GET /v1/availability shows all probe results. ${override}`,
    field: path,
  };
}

/** After `?probe`: when the probe asks about what nobody asked about. */
export function withProbe(text: ProblemText, probedBy: string | undefined): ProblemText {
  if (probedBy === undefined) return text;
  const hint = `The next run of the probe, due by ${probedBy}, asks about it. Send the change again after that.`;
  return { ...text, hint, probedBy };
}
