// The risk of a difference in settings. Only what stands in these lists is neutral or lowers risk. The lists of models
// are judged by what they stop (model-list-risk.ts).

import type { Risk } from './consequence.ts';

/** Keys that neither run, allow, spend, route nor hide anything. Source: https://code.claude.com/docs/en/settings-reference */
const neutralKeys: ReadonlySet<string> = new Set([
  'companyAnnouncements',
  'spinnerTipsEnabled',
  'spinnerTipsOverride',
  'spinnerVerbs',
]);

/** Lists of what is denied: a longer list denies more. No list denies nothing. */
const denied: ReadonlySet<string> = new Set([
  'deniedMcpServers',
  'blockedMarketplaces',
  'disabledMcpjsonServers',
  'permissions/deny',
]);

/** Lists of what is allowed, without which everything is allowed: a shorter list allows less. */
const limits: ReadonlySet<string> = new Set(['allowedProviders', 'allowedMcpServers', 'allowedHttpHookUrls']);

/** Lists of what is allowed, without which nothing more is allowed. */
const grants: ReadonlySet<string> = new Set(['permissions/allow', 'permissions/additionalDirectories']);

/** `keys` leads to the value in the settings. An absent value is undefined. */
export function settingRisk(keys: readonly string[], from: unknown, to: unknown): Risk {
  const name = keys.join('/');
  if (neutralKeys.has(keys[0] ?? '')) return 'neutral';
  if (denied.has(name)) return isPart(from ?? [], to) ? 'lowers' : 'raises';
  if (limits.has(name)) return Array.isArray(to) && (from === undefined || isPart(to, from)) ? 'lowers' : 'raises';
  if (grants.has(name)) return isPart(to ?? [], from) ? 'lowers' : 'raises';
  return 'raises';
}

/** Whether every item of a list stands in another one, which has more. */
function isPart(part: unknown, whole: unknown): boolean {
  if (!Array.isArray(part) || !Array.isArray(whole)) return false;
  const items = new Set(whole.map((item) => JSON.stringify(item)));
  return part.length < whole.length && part.every((item) => items.has(JSON.stringify(item)));
}
