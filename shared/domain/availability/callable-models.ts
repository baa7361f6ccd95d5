// Callable models: the models that were callable when a revision was made, in the locations of its pins. A machine
// whose Claude Code is too old for a pin gets an older model from this list. No schema is loaded here: the poll path
// imports this file.

/** Model ids by `project/location`; null before the first run of the probe. */
export type CallableModels = Readonly<Record<string, readonly string[]>> | null;

/** Also true before the first run of the probe, when nothing is known. */
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
