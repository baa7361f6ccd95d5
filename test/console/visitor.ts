// A visitor: a person with a browser of their own, signed in as a link of `npm start` signs in, who goes about by clicks.

import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage, violationsIn, type Watched } from './chromium.ts';
import type { ConsoleWorld } from './world.ts';

/** What a whole run has done, to be printed. */
export const counts = { screens: new Set<string>(), states: 0, clicks: 0, axeRuns: 0, violations: 0, errors: 0 };

export interface Visitor extends Watched {
  /** Opens an address anew, with a fresh token. */
  open(path: string): Promise<void>;
  click(name: string | RegExp, within?: Locator): Promise<void>;
  /** Makes the call of an action, in its dialog, with a reason. */
  act(label: string, reason?: string): Promise<void>;
  /** Waits until the page says so. */
  sees(text: string | RegExp): Promise<void>;
  /** Holds the page as it is against the rules of accessibility, in both colour schemes, and on a narrow screen. */
  judge(state: string): Promise<void>;
  close(): Promise<void>;
}

export async function visit(
  world: ConsoleWorld,
  browser: Browser,
  person: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const watched = await openPage(browser, options);
  const { page, errors } = watched;
  page.setDefaultTimeout(15_000);
  return {
    ...watched,
    async open(path) {
      // Another document, or the browser would only move to the fragment.
      await page.goto('about:blank');
      await page.goto(`${world.url}${path}#token=${await world.tokenOf(person)}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      counts.screens.add(new URL(page.url()).pathname);
    },
    async click(name, within) {
      const target = (within ?? page).getByRole('button', { name }).or((within ?? page).getByRole('link', { name }));
      await target.first().click();
      counts.clicks += 1;
      await settled(page);
    },
    async act(label, reason) {
      await page.getByRole('main').getByRole('button', { name: label, exact: true }).first().click();
      const dialog = page.getByRole('dialog');
      if (reason !== undefined) await dialog.getByLabel('Why').fill(reason);
      await dialog.getByRole('button', { name: label, exact: true }).click();
      await dialog.waitFor({ state: 'hidden' });
      counts.clicks += 2;
      await settled(page);
    },
    async sees(text) {
      await page.getByText(text).first().waitFor();
    },
    async judge(state) {
      counts.states += 1;
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        counts.axeRuns += 1;
        const violations = await violationsIn(page);
        counts.violations += violations.length;
        assert.deepEqual(violations, [], `${state}, ${colorScheme}`);
      }
      const size = page.viewportSize() ?? { width: 1280, height: 800 };
      await page.setViewportSize({ width: 320, height: 640 });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await page.setViewportSize(size);
      assert.ok(overflow <= 0, `${state} is ${overflow} px too wide for 320 px`);
    },
    async close() {
      counts.errors += errors.length;
      assert.deepEqual(errors, []);
      await page.context().close();
    },
  };
}

/** No call is in progress. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
}

/** People who come again in the same browser. */
export function createPeople() {
  const visitors = new Map<string, Visitor>();
  return {
    async visitor(world: ConsoleWorld, browser: Browser, name: string): Promise<Visitor> {
      const visitor = visitors.get(name) ?? (await visit(world, browser, name));
      visitors.set(name, visitor);
      return visitor;
    },
    /** Fails if one of them saw an error. */
    async leave(): Promise<void> {
      for (const visitor of visitors.values()) await visitor.close();
    },
  };
}
