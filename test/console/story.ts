// The story of the README in a browser alone: the first policy, what the probe sees, a pin that moves in stages, two people, an abort,
// a restore and the reasons. Each state on the way is judged.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import type { Store } from '../../shared/ports.ts';
import { tellOfChanges } from './changes-story.ts';
import { startChromium } from './chromium.ts';
import { createSteps } from './steps.ts';
import { createPeople } from './visitor.ts';
import { type ConsoleWorld, policy, roles, startConsoleWorld } from './world.ts';

const minute = 60_000;

/** On the embedded store, or on another one. */
export function tellStory(openStore?: () => Promise<Store>): void {
  let world: ConsoleWorld;
  let browser: Browser;
  const people = createPeople();

  const step = createSteps();

  const as = (name: string) => people.visitor(world, browser, name);

  before(async () => {
    world = await startConsoleWorld(await openStore?.());
    browser = await startChromium();
    await world.call('PUT', '/v1/access', roles);
  });
  after(async () => {
    await browser.close();
    await world.close();
  });

  step('every screen says what to do while there is no policy', async () => {
    const owner = await as('owner');
    for (const path of ['/', '/availability', '/rings', '/changes', '/history', '/machine', '/access']) {
      await owner.open(path);
      await owner.judge(`${path} without a policy`);
    }
  });

  step('an owner states the first policy, from an example and with a dry run beside it', async () => {
    const owner = await as('owner');
    await owner.open('/');
    await owner.click('State the first policy');
    await owner.page.getByLabel('The whole policy').fill(JSON.stringify(policy));
    await owner.sees('It needs no second person');
    await owner.sees('It is the first policy');
    await owner.judge('the first policy');
    await owner.click('Publish');
    await owner.sees('Revision 1 is published');
    await owner.judge('a published policy');
  });

  step('the map shows what the probe saw, with the evidence', async () => {
    await world.probe();
    world.time += 2 * minute;
    await world.probe();
    await world.advance();
    const reader = await as('reader');
    await reader.open('/availability');
    await reader.click(/claude-opus-4-8 in global: enabled, pinned/);
    await reader.sees('simulated: OK');
    await reader.judge('availability with a cell');
    assert.match(reader.page.url(), /model=claude-opus-4-8&location=global/);
  });

  tellOfChanges(step, as, () => world);

  step('a freeze stands on every screen until an approver thaws', async () => {
    const [editor, approver] = [await as('editor'), await as('approver')];
    await editor.open('/');
    await editor.act('Freeze', 'release day');
    await editor.sees('release day');
    await editor.judge('a freeze');
    assert.equal(await editor.page.getByRole('button', { name: 'Thaw' }).isDisabled(), true);
    await approver.open('/machine');
    await approver.act('Thaw');
    await approver.page.getByText('release day').waitFor({ state: 'hidden' });
  });

  step('a revision is compared with any other, and restored after a dry run', async () => {
    const editor = await as('editor');
    await editor.open('/history?revision=1');
    await editor.judge('a revision');
    await editor.click('Restore…');
    await editor.page.getByRole('region', { name: 'What it would do' }).locator('p').first().waitFor();
    await editor.judge('a dry run of a restore');
    await editor.page.getByRole('button', { name: 'Restore revision 1' }).waitFor();
    await editor.act('Restore revision 1', 'back');
    await editor.sees('Done.');
  });

  step('a reader is told who may restore and edit, and of a revision that is none', async () => {
    const reader = await as('reader');
    await reader.open('/history?revision=1');
    assert.equal(await reader.page.getByRole('button', { name: 'Restore… (for editors)' }).isDisabled(), true);
    await reader.open('/history?revision=99');
    await reader.sees('Choose one of the list.');
    await reader.open('/rings?edit=1');
    await reader.sees('A draft is for editors, and you are reader.');
    await reader.judge('the editor for a reader');
  });

  step('the browser finds the chain of events whole, and says in which event it is not', async () => {
    const reader = await as('reader');
    await reader.open('/history?of=events');
    await reader.sees('form an unbroken chain');
    await reader.judge('events');
    await reader.page.route('**/v1/events?*', async (route) => {
      const response = await route.fetch();
      const page = await response.json();
      page.events[2].by = 'somebody else';
      await route.fulfill({ response, json: page });
    });
    await reader.open('/history?of=events');
    await reader.sees('does not follow from the one before it');
    await reader.page.unroute('**/v1/events?*');
  });

  step('a machine is explained, now and for a time before there was a policy', async () => {
    const reader = await as('reader');
    await reader.open('/machine');
    await reader.page.getByLabel('Name of the machine').fill('pilot-laptop');
    await reader.page.getByLabel('Version of Claude Code').fill('2.0.0');
    await reader.click('Explain');
    await reader.sees('matches by');
    await reader.judge('an explained machine');
    await reader.open('/machine');
    await reader.page.getByLabel('Its token has no labels').check();
    await reader.page.getByLabel('It has no name').check();
    await reader.click('Explain');
    await reader.sees('Rings that were considered');
    assert.match(reader.page.url(), /machine=&label=/);
    await reader.page.getByText('More than one ring is possible').waitFor({ state: 'detached' });
    await reader.open('/machine?machine=pilot-laptop&at=2020-01-01T00:00:00Z');
    await reader.sees('There was no policy on');
  });

  step('an owner states roles and issues a token, which is shown once and revoked', async () => {
    const owner = await as('owner');
    await owner.open('/access');
    await owner.page.getByLabel('reader may').fill('email:reader@example.com\ndomain:example.com');
    await owner.act('State the roles', 'all may look');
    await owner.page.getByLabel('Name', { exact: true }).fill('build');
    await owner.act('Issue');
    const secret = (await owner.page.locator('.secret').textContent()) ?? '';
    assert.match(secret, /^\S{40,}$/);
    await owner.judge('an issued token');
    await owner.click('I have it');
    assert.equal((await owner.page.content()).includes(secret), false);
    await owner.act('Revoke build', 'leaked');
    await owner.sees('revoked');
    await owner.judge('tokens');
    await owner.open('/history?of=access&number=2');
    await owner.judge('a change of roles');
  });

  step('nobody saw an error or a report of the content security policy', async () => {
    await people.leave();
  });
}
