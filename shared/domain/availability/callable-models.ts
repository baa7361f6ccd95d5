// Proven models: what was callable when a revision was made, where its rings call their pins. A machine whose Claude Code
// is too old for a pin is served an older model from this list and no other. No schema is loaded here: the poll path
// imports this file.

/** By `project/location`; null before the first run of a probe. */
export type CallableModels = Readonly<Record<string, readonly string[]>> | null;

export function isKnownCallable(
  callableModels: CallableModels,
  project: string,
  location: string,
  model: string,
): boolean {
  return callableModels === null || callableModels[locationKey({ project, location })]?.includes(model) === true;
}

export function locationKey({ project, location }: { readonly project: string; readonly location: string }): string {
  return `${project}/${location}`;
}
