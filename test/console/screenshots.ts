// `npm run screenshots`: pictures of every screen, light and dark, in dist/screenshots/. With `-- --readme` the three small ones of the
// README.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../../functions/cli/command-line.ts';
import { startChromium, whyNoChromium } from './chromium.ts';
import { type Visitor, visit } from './visitor.ts';
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
type Name = keyof typeof screens;

const readme = ['overview', 'availability', 'edit'] as const;

const help = `Take pictures of every screen of the console, light and dark, into dist/screenshots/. Needs Chromium.

  npm run screenshots -- [--readme]

  --readme   take the three small ones of the README instead
`;

const { values } = readCommandLine(help, { options: { readme: { type: 'boolean', default: false } } });
const missing = whyNoChromium();
if (missing !== false) process.stderr.write(`No screenshots: ${missing}\n`);
else if (values.readme) await take('functions/console/pictures', readme, ['light'], 0.6);
else await take('dist/screenshots', Object.keys(screens) as Name[], ['light', 'dark'], 1); // the keys of a constant

async function take(
  folder: string,
  names: readonly Name[],
  colorSchemes: readonly ('light' | 'dark')[],
  deviceScaleFactor: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const world = await startConsoleWorld();
  const browser = await startChromium();
  try {
    await furnish(world);
    const viewport = { width: 1200, height: 800 };
    const visitor = await visit(world, browser, 'owner', { viewport, deviceScaleFactor });
    for (const colorScheme of colorSchemes) {
      await visitor.page.emulateMedia({ colorScheme });
      for (const name of names) {
        await prepare(visitor, name);
        await visitor.page.screenshot({
          path: join(folder, names === readme ? `${name}.png` : `${name}-${colorScheme}.png`),
        });
      }
    }
    await visitor.close();
    process.stdout.write(`${names.length * colorSchemes.length} pictures in ${folder}\n`);
  } finally {
    await browser.close();
    await world.close();
  }
}

async function prepare(visitor: Visitor, name: Name): Promise<void> {
  await visitor.open(screens[name]);
  if (name !== 'edit') return;
  await visitor.page.getByLabel('fable').selectOption('claude-fable-5-2');
  await visitor.sees('A second person must approve it');
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
