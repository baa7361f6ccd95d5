// A model endpoint: one model in one location, called for one project. Vertex answers for each of them apart.
// Source of the word: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations

export interface ModelEndpoint {
  readonly project: string;
  readonly location: string;
  readonly model: string;
}

/** The same text for the same endpoint, to compare and to look up by. */
export function endpointKey({ project, location, model }: ModelEndpoint): string {
  return `${project}/${location}/${model}`;
}
