// Hints of problems for people who click. Those of the service are for people who call it: sentences about calls, parameters and
// headers are left out here, and what can be clicked stands in their place.

import type { Problem } from './replies.ts';

const ofCalls =
  /\b(?:GET|PUT|POST|DELETE|HEAD) \/|If-Match|If-None-Match|ETag|\?[a-z]|curl|gcloud|PINWARD_|Content-Type|Authorization|README/;

const clicks: Readonly<Record<string, string>> = {
  no_policy: 'State the first one under Rings.',
  revision_unknown: 'Choose one of the list.',
  access_unknown: 'Choose one of the list.',
  revision_conflict: 'Look at what is current, and make your change on that.',
  access_conflict: 'Look at what is current, and make your change on that.',
  model_not_callable:
    'Availability has what the probe saw. Exceptions has a field for pins that need not be known to answer.',
  rollout_active: 'Wait until the rollout ends, or abort it under Changes.',
  unauthenticated: 'Sign in with another token, or by a fresh link.',
  unbound: 'An owner can give one under Access.',
  forbidden: 'An owner can give you another role under Access.',
  route_unknown: 'The service has another version than this page. Load the page again.',
};

export function hintOf({ code, hint }: Pick<Problem, 'code' | 'hint'>): string {
  const sentences = hint.split(/(?<=[.:?!]) (?=[A-Z?])/).filter((sentence) => !ofCalls.test(sentence));
  return [...sentences, clicks[code] ?? ''].join(' ').trim();
}
