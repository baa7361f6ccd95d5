// A location: where Vertex serves a model. It is `global`, a multi-region (`us`, `eu`) or a region such as `us-east5`.

const region = /^[a-z]{2,}-[a-z]+\d{1,2}$/;

/** Whether text has the form of a location. The catalogue and the probe know which models are served in it. */
export function isLocation(text: string): boolean {
  return text === 'global' || text === 'us' || text === 'eu' || region.test(text);
}

/** Why `isLocation` is false for the text, and how to write it; for people. */
export function explainLocation(text: string): { readonly message: string; readonly fix: string } {
  const zone = /^(.+\d)-?[a-z]$/.exec(text);
  if (zone?.[1] !== undefined && isLocation(zone[1]))
    return { message: 'this is a zone; a location is a region', fix: `Write "${zone[1]}".` };
  const lower = text.trim().toLowerCase();
  if (lower !== text && isLocation(lower)) return { message: 'locations are lower case', fix: `Write "${lower}".` };
  if (/^(europe|emea)$/.test(lower)) return { message: 'the European multi-region is called eu', fix: 'Write "eu".' };
  if (/^(usa|united-states|america)$/.test(lower))
    return { message: 'the US multi-region is called us', fix: 'Write "us".' };
  return {
    message: 'no Vertex endpoint has a location of this form',
    fix: 'Write "global", "us", "eu" or a region such as "us-east5".',
  };
}

/** The first few, for people: an own model may have dozens, and each of many pins may name them. */
export function listLocations(locations: readonly string[]): string {
  const more = locations.length - maxListed;
  return locations.slice(0, maxListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const maxListed = 12;
