// Everything on a page: reached with the Tab key, and clicked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { counts, type Visitor, visit } from './visitor.ts';
import type { ConsoleWorld } from './world.ts';

const paths = ['/', '/availability', '/rings', '/changes', '/history', '/machine', '/access'];
const clickable = 'a[href], button:not(:disabled), summary, input, select, textarea';

export function reachEverything(world: () => ConsoleWorld, browser: () => Browser): void {
  test('a screen makes each of its calls once, also those that are made before it is drawn', async () => {
    const owner = await visit(world(), browser(), 'owner');
    // Nothing is read again.
    await owner.page.addInitScript(() => Object.assign(globalThis, { setInterval: () => 0 }));
    let calls: string[] = [];
    owner.page.on('request', (request) => calls.push(new URL(request.url()).pathname));
    for (const path of paths) {
      calls = [];
      await owner.open(path);
      const made = calls.filter((each) => each.startsWith('/v1/'));
      assert.deepEqual(made.toSorted(), [...new Set(made)].toSorted(), path);
      assert.ok(made.includes('/v1/caller'), path);
    }
    await owner.close();
  });

  test('the Tab key alone reaches everything that can be clicked, on every screen', async () => {
    const owner = await visit(world(), browser(), 'owner');
    for (const path of [...paths, '/rings?ring=everyone&edit=1', '/changes?rollout=1', '/history?revision=1']) {
      await owner.open(path);
      assert.deepEqual(await tabThrough(owner.page), [], path);
    }
    await owner.close();
  });

  test('whoever clicks on everything meets no error', async () => {
    const owner = await visit(world(), browser(), 'owner');
    for (const path of [
      ...paths,
      '/changes?rollout=1',
      '/history?revision=1',
      '/history?of=events',
      '/rings?ring=pilot',
    ])
      await clickEverything(owner, path);
    await owner.close();
  });
}

/** What the Tab key does not reach. */
async function tabThrough(page: Page): Promise<readonly string[]> {
  const all = await page.locator(clickable).count();
  await page.evaluate((selector) => {
    for (const element of document.querySelectorAll<HTMLElement>(selector))
      element.addEventListener('focus', () => element.setAttribute('data-reached', ''));
    (document.activeElement as HTMLElement | null)?.blur();
  }, clickable);
  for (let pressed = 0; pressed < all + 20; pressed++) await page.keyboard.press('Tab');
  return page.evaluate(
    (selector) =>
      [...document.querySelectorAll<HTMLElement>(selector)]
        .filter((element) => element.checkVisibility() && !element.hasAttribute('data-reached'))
        .map((element) => element.outerHTML.slice(0, 120)),
    clickable,
  );
}

/** Each from the same view anew. A dialog that opens is closed by Escape. */
async function clickEverything(visitor: Visitor, path: string): Promise<void> {
  const { page } = visitor;
  const inMain = page.getByRole('main').locator('a[href], button:not(:disabled), summary');
  await visitor.open(path);
  const most = Math.min(await inMain.count(), 25);
  for (let at = 0; at < most; at++) {
    const target = inMain.nth(at);
    // What a click before this one has taken away can't be clicked.
    if (!(await target.isVisible())) continue;
    await target.click();
    counts.clicks += 1;
    await page.waitForLoadState('networkidle');
    await page.keyboard.press('Escape');
    if (page.url() !== new URL(path, page.url()).href) await visitor.open(path);
  }
}
