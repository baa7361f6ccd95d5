// The console: what it takes of a connection, and when its first screen stands on a slow machine with a slow connection, as a ratio to
// a page of the same server that has only text.

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { buildConsole } from '../../functions/console/build.ts';
import { startChromium, whyNoChromium } from '../console/chromium.ts';
import { type ConsoleWorld, policy, startConsoleWorld } from '../console/world.ts';
import { type Measure, medianOf } from './measure.ts';

const rounds = 7;
const allowedBytes = 40_000;
/** 1.6 Mbit/s with 150 ms, and a processor of a quarter of the speed. */
const network = { offline: false, downloadThroughput: 200_000, uploadThroughput: 93_750, latency: 150 };
const slowDown = 4;

export async function benchConsole(): Promise<Record<string, Measure>> {
  const files = Object.values(await buildConsole(join(import.meta.dirname, '../..')));
  const bytes = files.reduce((sum, { brotli }) => sum + Buffer.from(brotli, 'base64').length, 0);
  const size = { value: bytes, baseline: allowedBytes, ratio: bytes / allowedBytes, target: 'ratio <= 1' };
  const missing = whyNoChromium();
  if (missing === false) return { 'console, bytes': size, 'first screen of the console, ms': await compareScreens() };
  process.stdout.write(`Skipped the bench of the first screen: ${missing}\n`);
  return { 'console, bytes': size };
}

async function compareScreens(): Promise<Measure> {
  const world = await startConsoleWorld();
  const browser = await startChromium();
  try {
    await world.call('PUT', '/v1/policy', policy);
    await world.probe();
    const pairs: { text: number; screen: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      const text = await timePage(browser, `${world.url}/v1/keys.txt`, 'body');
      pairs.push({
        text,
        screen: await timePage(browser, await signedIn(world), 'main:not(:has([role=status])) #lately + .events'),
      });
    }
    const counted = pairs.slice(1);
    return {
      value: medianOf(counted.map(({ screen }) => screen)),
      baseline: medianOf(counted.map(({ text }) => text)),
      ratio: medianOf(counted.map(({ screen, text }) => screen / text)),
      target: 'ratio <= 3',
    };
  } finally {
    await browser.close();
    await world.close();
  }
}

async function signedIn({ url, tokenOf }: ConsoleWorld): Promise<string> {
  return `${url}/#token=${await tokenOf('owner')}`;
}

/**
 * Milliseconds until the element can be seen, in a browser that has loaded nothing before. The page itself looks before each frame:
 * a locator looks every half second after the first quarter of one.
 */
async function timePage(browser: Browser, url: string, selector: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', network);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown });
  const started = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction((wanted) => document.querySelector(wanted)?.checkVisibility() === true, selector);
  const time = performance.now() - started;
  await context.close();
  return time;
}
