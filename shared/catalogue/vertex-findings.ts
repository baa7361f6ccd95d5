// The findings about a call of Vertex AI, by name.

import type { Finding } from './vertex-finding.ts';
import { misconfigurations } from './vertex-misconfigurations.ts';

const garden = "{open_command} '{console}/vertex-ai/publishers/anthropic/model-garden/{base_model}?project={project}'";

export const findings = {
  enabled: { verdict: 'enabled', problem: 'answers', advice: null },
  candidate: { verdict: 'candidate', problem: 'servable, but it did not answer', advice: null },
  not_enabled: {
    verdict: 'not_enabled',
    problem: 'project {project} has not enabled it',
    advice: { meaning: 'Somebody has to accept the terms of the model in Model Garden.', fix: garden },
  },
  not_found: {
    verdict: 'not_enabled',
    problem: '404, not found',
    advice: {
      meaning:
        'Project {project} has not enabled the model, or the location does not serve it. Enable it, or change the pin.',
      fix: garden,
    },
  },
  not_served: {
    verdict: 'not_served',
    problem: 'not served there',
    advice: {
      meaning:
        'The administrator of Pinward has to pin another location or model; see /v1/availability. Then fetch the pins.',
      fix: '{agent} login',
    },
  },
  needs_data_sharing: {
    verdict: 'needs_data_sharing',
    problem: 'needs data sharing',
    advice: {
      meaning: 'Somebody has to agree to data sharing for this model, or an administrator has to change the pin.',
      fix: garden,
    },
  },
  blocked_by_policy: {
    verdict: 'blocked_by_policy',
    problem: 'forbidden by an organisation policy',
    advice: {
      meaning: 'An administrator has to allow the model there.',
      fix: 'gcloud org-policies describe vertexai.allowedModels --effective --project {project}',
    },
  },
  blocked_by_other_policy: {
    verdict: 'blocked_by_policy',
    problem: 'forbidden by an organisation policy, perhaps one that is not about models',
    advice: {
      meaning: 'An administrator has to find the policy, and allow Vertex AI in {location} for project {project}.',
      fix: 'gcloud org-policies list --project {project}',
    },
  },
  no_quota: {
    verdict: 'no_quota',
    problem: '429, the quota is 0 or used up',
    advice: {
      meaning: 'Project {project} needs more quota in {location}.',
      fix: "{open_command} '{console}/iam-admin/quotas?project={project}'",
    },
  },
  busy: { verdict: 'transient', problem: '429, Vertex is busy; try again later', advice: null },
  unavailable: { verdict: 'transient', problem: 'no verdict', advice: null },
  network: { verdict: 'transient', problem: 'could not reach Google', advice: null },
  ...misconfigurations,
} as const satisfies Readonly<Record<string, Finding>>;
export type FindingName = keyof typeof findings;
