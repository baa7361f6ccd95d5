// `npm run screenshots -- FOLDER`: pictures of every screen, light and dark, of a service with a fleet of its own.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startChromium, whyNoChromium } from './chromium.ts';
import { visit } from './visitor.ts';
import { type ConsoleWorld, policy, startConsoleWorld } from './world.ts';

const screens = {
  overview: '/',
  availability: '/availability?model=claude-opus-5-5&location=global',
  rings: '/rings?ring=everyone',
  edit: '/rings?ring=everyone&edit=1',
  changes: '/changes?rollout=1',
  history: '/history?revision=2',
  machine: '/machine?machine=pilot-laptop&cli=2.1.331',
  access: '/access',
} as const;

const missing = whyNoChromium();
const folder = process.argv[2] ?? 'dist/screenshots';
if (missing === false) await takeAll(folder);
else process.stderr.write(`No screenshots: ${missing}\n`);

async function takeAll(into: string): Promise<void> {
  mkdirSync(into, { recursive: true });
  const world = await startConsoleWorld();
  const browser = await startChromium();
  try {
    await furnish(world);
    const visitor = await visit(world, browser, 'owner', { viewport: { width: 1200, height: 800 } });
    for (const colorScheme of ['light', 'dark'] as const) {
      await visitor.page.emulateMedia({ colorScheme });
      for (const [name, path] of Object.entries(screens)) {
        await visitor.open(path);
        if (name === 'edit') {
          await visitor.page.getByLabel('fable').selectOption('claude-fable-5-2');
          await visitor.sees('A second person must approve it');
        }
        await visitor.page.screenshot({ path: join(into, `${name}-${colorScheme}.png`), fullPage: name !== 'edit' });
      }
    }
    await visitor.close();
    process.stdout.write(`${Object.keys(screens).length * 2} pictures in ${into}\n`);
  } finally {
    await browser.close();
    await world.close();
  }
}

/** A rollout under way, a proposal that waits, an upgrade that is ready, and a token. */
async function furnish(world: ConsoleWorld): Promise<void> {
  const later = 10 * 60_000;
  world.time -= 2 * later;
  const opus = { model: 'claude-opus-5-5' };
  await world.call('PUT', '/v1/policy?note=The+first+policy', { ...policy, secondPerson: false });
  await world.probe();
  await world.call('PUT', '/v1/rings/everyone/pins/opus?note=Opus+5.5+for+everyone', opus);
  world.time += later + 60_000;
  await world.probe();
  await world.advance();
  await world.call('PUT', '/v1/policy?note=Two+persons+for+what+raises+risk', policyWith(opus));
  await world.call('PUT', '/v1/rings/pilot/pins/fable?note=Let+the+pilot+try+Fable', { model: 'claude-fable-5-1' });
  await world.call('POST', '/v1/tokens', { name: 'build', labels: { ring: 'pilot' } });
  world.time += later - 60_000;
}

function policyWith(opus: object): object {
  const rings = policy.rings.map((ring) =>
    ring.name === 'everyone' ? { ...ring, pins: { ...ring.pins, opus } } : ring,
  );
  return { ...policy, rings };
}
