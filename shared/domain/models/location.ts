// A location: where Vertex serves a model. Used by the policy's schema, the lint and (later) the prober's host rule.

const region = /^[a-z]{2,}-[a-z]+\d{1,2}$/;

/** `global`, a multi-region, or a region's form; whether a model is served there is the catalogue's and the probe's word. */
export function isLocation(text: string): boolean {
  return text === 'global' || text === 'us' || text === 'eu' || region.test(text);
}

/** Says how to write a location that `isLocation` refused. */
export function explainLocation(text: string): { readonly message: string; readonly fix: string } {
  const zone = /^(.+\d)-?[a-z]$/.exec(text);
  if (zone?.[1] !== undefined && isLocation(zone[1]))
    return { message: 'this is a zone; Vertex has regions', fix: `Write "${zone[1]}".` };
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
