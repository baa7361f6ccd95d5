// The first script of the page, so small that it runs while the other one is still on its way: it takes the token out of the address,
// and makes the calls that the screen will show.

import type { PagePath } from './address.ts';
import { readAhead } from './client/readings.ts';
import { takeTokenFromAddress } from './client/session.ts';

/** What takes longest is first, because the service takes a few calls of a person at once. */
const ofScreens: { readonly [Path in PagePath]?: readonly string[] } = {
  '/': [
    '/v1/catalogue',
    '/v1/availability',
    '/v1/policy',
    '/v1/events?limit=12',
    '/v1/keys',
    '/v1/proposals',
    '/v1/rollouts',
  ],
  '/availability': ['/v1/availability', '/v1/catalogue', '/v1/policy'],
  '/rings': ['/v1/policy'],
  '/changes': ['/v1/rollouts', '/v1/proposals'],
};
const ofEachScreen = ['/v1/upgrades', '/v1/health', '/v1/caller'];

takeTokenFromAddress();
// The service sends the page for these paths alone.
readAhead([...(ofScreens[location.pathname as PagePath] ?? []), ...ofEachScreen]);
