// Debian's Chromium, and pages in it that note every error: of scripts, of the console, and of the content security policy.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const program = '/usr/bin/chromium';

/** False when the browser is here, else what is missing. */
export function whyNoChromium(): false | string {
  return existsSync(program) ? false : 'chromium is not installed (Debian: apt-get install chromium)';
}

export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-background-networking'] });
}

/** What went wrong in a page that must not. A refused call is no error: the page shows its problem. */
export interface Watched {
  readonly page: Page;
  readonly errors: string[];
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  await page.exposeFunction('reportViolation', (text: string) => errors.push(`CSP: ${text}`));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      // Defined by exposeFunction above.
      (globalThis as unknown as { reportViolation(text: string): void }).reportViolation(
        `${violatedDirective} ${blockedURI}`,
      );
    });
  });
  page.on('pageerror', (error) => errors.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const isRefusedCall = message.text().startsWith('Failed to load') && message.location().url.includes('/v1/');
    if (message.type() === 'error' && !isRefusedCall) errors.push(`console: ${message.text()}`);
  });
  return { page, errors };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each violation of WCAG 2.2 AA that axe finds in a page, with the first element. */
export async function violationsIn(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    interface Found {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }
    interface Axe {
      run(options: object): Promise<{ readonly violations: readonly Found[] }>;
    }
    const { axe } = globalThis as unknown as { readonly axe: Axe }; // evaluated above
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary ?? ''}`,
    );
  });
}
