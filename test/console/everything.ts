// Everything on a page: reached with the Tab key, and clicked.

import type { Page } from 'playwright-core';
import { counts, type Visitor } from './visitor.ts';

const clickable = 'a[href], button:not(:disabled), summary, input, select, textarea';

/** What the Tab key does not reach. */
export async function tabThrough(page: Page): Promise<readonly string[]> {
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
export async function clickEverything(visitor: Visitor, path: string): Promise<void> {
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
