// What the probe can't see, and why, in words.

/** Empty when it sees everything. */
export function blindText(blind: unknown): string {
  if (Array.isArray(blind)) return blind.map(blindText).join('; ');
  if (typeof blind !== 'object' || blind === null) return '';
  return Object.entries(blind)
    .filter(([name]) => ['project', 'location', 'locations', 'cause'].includes(name))
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value).replaceAll('_', ' ')}`)
    .join(', ');
}
