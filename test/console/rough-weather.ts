// What goes wrong around the console: two people who edit at once, an outage, an ended session, roles that may not, a policy and a
// history of the largest size, whoever has no mouse, and whoever clicks on everything.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { startChromium } from './chromium.ts';
import { reachEverything } from './everything.ts';
import { largePolicy, writeEvents } from './large.ts';
import { type Visitor, visit } from './visitor.ts';
import { abortAll, type ConsoleWorld, policy, roles, startConsoleWorld } from './world.ts';

const solo = { ...policy, secondPerson: false };

export function brave(): void {
  let world: ConsoleWorld;
  let browser: Browser;

  before(async () => {
    world = await startConsoleWorld();
    browser = await startChromium();
    await world.call('PUT', '/v1/access', roles);
    await world.call('PUT', '/v1/policy', solo);
    await world.probe();
  });
  after(async () => {
    await browser.close();
    await world.close();
  });

  async function openEditor(person: string): Promise<Visitor> {
    const visitor = await visit(world, browser, person);
    await visitor.open('/rings?ring=everyone&edit=1');
    return visitor;
  }

  test('of two people who edit at once, the second sees both diffs, and joins what is about other values', async () => {
    const [first, second] = [await openEditor('editor'), await openEditor('other')];
    await first.page.getByLabel('opus').selectOption('claude-opus-4-7');
    await second.page.getByLabel('sonnet').selectOption('');
    await first.sees('takes effect at once');
    await second.sees('takes effect at once');
    await first.click('Publish');
    await first.sees('is published');
    // Unless the page has noticed by itself.
    await second.page
      .getByRole('button', { name: 'Publish' })
      .click({ timeout: 2_000 })
      .catch(() => undefined);
    await second.sees('Somebody else changed the policy meanwhile');
    await second.judge('a conflict');
    await second.click('Put mine onto theirs');
    await second.sees('takes effect at once');
    await second.click('Publish');
    await second.sees('is published');
    const { rings } = await (await world.call('GET', '/v1/policy')).json();
    assert.deepEqual(Object.keys(rings[1].pins), ['opus', 'fable']);
    await Promise.all([first.close(), second.close()]);
  });

  test('a draft that nobody touched follows the policy, and the move of a rollout is no conflict', async () => {
    const editor = await openEditor('editor');
    await world.call('PUT', '/v1/policy', solo);
    await world.call('PUT', '/v1/rings/pilot/pins/opus', { model: 'claude-opus-4-8' });
    await world.call('PUT', '/v1/rings/pilot/pins/opus', { model: 'claude-opus-5-5' });
    const isNew = () => document.querySelector('textarea')?.value.includes('claude-sonnet-4-6');
    await editor.page.waitForFunction(isNew, undefined, { timeout: 40_000 });
    await editor.page.getByLabel('sonnet').selectOption('');
    world.time += 11 * 60_000;
    await world.advance();
    await editor.sees('takes effect at once');
    await editor.click('Publish');
    await editor.sees('is published');
    await abortAll(world);
    await editor.close();
  });

  test('an upgrade whose pin is gone can not be reopened, and the dialog says why', async () => {
    await world.probe();
    await world.advance();
    const [, everyone] = solo.rings;
    const { fable: _, ...pins } = everyone?.pins ?? {};
    await world.call('PUT', '/v1/policy', { ...solo, rings: [solo.rings[0], { ...everyone, pins }] });
    const editor = await visit(world, browser, 'editor');
    await editor.open('/changes?upgrade=everyone.fable.claude-fable-5-2');
    await editor.sees('superseded');
    await editor.page.getByRole('button', { name: 'Reopen' }).click();
    const dialog = editor.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Reopen' }).click();
    await dialog.getByRole('alert').waitFor();
    await editor.judge('a reopening that is refused');
    await world.call('PUT', '/v1/policy', solo);
    await editor.close();
  });

  test('an outage is told, what was read stays, and the page recovers by itself', async () => {
    const reader = await visit(world, browser, 'reader');
    await reader.open('/rings');
    await reader.page.route('**/v1/**', (route) => route.abort());
    await reader.click('Changes');
    await reader.sees("The service can't be reached");
    await reader.judge('an outage');
    await reader.page.unroute('**/v1/**');
    await reader.click('Rings');
    await reader.click('pilot');
    await reader.sees('Who is in it');
    await reader.page.getByText("The service can't be reached").waitFor({ state: 'hidden', timeout: 30_000 });
    // The browser itself reports each call that it could not make.
    reader.errors.splice(0);
    await reader.close();
  });

  test('an ended session of the proxy shows a link that comes back to the same view', async () => {
    const reader = await visit(world, browser, 'reader');
    await reader.open('/rings?ring=pilot');
    await reader.page.route('**/v1/**', (route) =>
      route.fulfill({ status: 401, contentType: 'text/html', body: 'Sign in' }),
    );
    await reader.click('Changes');
    await reader.sees('Your session has ended');
    await reader.judge('an ended session');
    const link = reader.page.getByRole('link', { name: 'Sign in' }).first();
    assert.equal(await link.getAttribute('href'), `${world.url}/changes`);
    await reader.close();
  });

  test('without a token the page asks for one, and keeps it in no store of the browser', async () => {
    const nobody = await visit(world, browser, 'reader');
    await nobody.page.goto(world.url);
    await nobody.page.getByLabel('Token').waitFor();
    await nobody.judge('signed out');
    await nobody.page.getByLabel('Token').fill(await world.tokenOf('reader'));
    await nobody.click('Sign in');
    await nobody.sees('Needs attention');
    const kept = await nobody.page.evaluate(() => [
      localStorage.length,
      sessionStorage.length,
      document.cookie,
      location.hash,
    ]);
    assert.deepEqual(kept, [0, 0, '', '']);
    await nobody.close();
  });

  test('a person who may only poll reads why there is nothing to see', async () => {
    const laptop = await visit(world, browser, 'laptop');
    await laptop.page.goto(`${world.url}/#token=${await world.tokenOf('laptop')}`);
    await laptop.page.getByRole('alert').waitFor();
    await laptop.judge('a machine role');
    await laptop.close();
  });

  test('actions that a role may not make can be seen, and say who may', async () => {
    const reader = await visit(world, browser, 'reader');
    await reader.open('/');
    const freeze = reader.page.getByRole('button', { name: 'Freeze' });
    assert.equal(await freeze.isDisabled(), true);
    assert.match((await freeze.textContent()) ?? '', /for editors/);
    await reader.open('/access');
    await reader.sees('Owners see and issue the tokens');
    await reader.close();
  });

  reachEverything(
    () => world,
    () => browser,
  );

  test('a policy of 100 rings and 5,000 selectors can be looked at, searched and edited', async () => {
    const [, everyone] = solo.rings;
    assert.ok(everyone !== undefined);
    assert.equal((await world.call('PUT', '/v1/policy', largePolicy(solo, everyone))).status, 200);
    const editor = await visit(world, browser, 'editor');
    await editor.open('/rings?ring=ring-42');
    await editor.judge('a large policy');
    await editor.page.getByRole('searchbox').fill('ring-98');
    await editor.page.getByRole('searchbox').press('Enter');
    await editor.sees('machine:laptop-98-1');
    await editor.click('Edit');
    await editor.page.getByLabel('opus').selectOption('');
    await editor.sees('takes effect at once');
    await editor.judge('a draft of a large policy');
    await editor.close();
  });

  test('10,000 events are read page by page', async () => {
    await writeEvents(world.file, 10_000);
    const reader = await visit(world, browser, 'reader');
    await reader.open('/history?of=events');
    await reader.sees('form an unbroken chain');
    for (const _ of [1, 2, 3]) await reader.click('Older');
    await reader.sees('form an unbroken chain');
    await reader.judge('old events');
    await reader.click('Newest');
    await reader.close();
  });
}
