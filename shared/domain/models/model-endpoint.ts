// A model endpoint: one model in one location, called for one project. Vertex may answer differently for each of them.
// Source of the term: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations

export interface ModelEndpoint {
  readonly project: string;
  readonly location: string;
  readonly model: string;
}

/** A key to compare endpoints and to look them up. */
export function endpointKey({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${model}`;
}
