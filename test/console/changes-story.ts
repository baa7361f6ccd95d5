// The part of the story that is about changes: a pin that moves in stages, two people, what machines report, and upgrades.

import assert from 'node:assert/strict';
import type { Step } from './steps.ts';
import type { Visitor } from './visitor.ts';
import type { ConsoleWorld } from './world.ts';

const hostile = `<img src=x onerror="document.title='owned'"> & "quotes" \u202e`;
const minute = 60_000;

export function tellOfChanges(step: Step, as: (name: string) => Promise<Visitor>, world: () => ConsoleWorld): void {
  step('an editor who moves a pin to a newer model proposes it, and a note from outside is never markup', async () => {
    const editor = await as('editor');
    await editor.open('/rings?ring=everyone&edit=1');
    await editor.page.getByLabel('opus').selectOption('claude-opus-5-5');
    await editor.sees('A second person must approve it');
    await editor.judge('a draft');
    await editor.page.getByLabel('Note').fill(hostile);
    await editor.click('Propose');
    await editor.sees('waits for a second person');
    await editor.click('Change 1');
    await editor.sees(hostile);
    await editor.sees('You made it, so somebody else must approve it');
    await editor.judge('an own proposal');
    assert.equal(await editor.page.title(), 'Changes · Pinward');
  });

  step('another person approves it, and it reaches the ring in stages', async () => {
    const approver = await as('approver');
    await approver.open('/changes?proposal=1');
    await approver.judge('a proposal to decide');
    await approver.click('Approve');
    await approver.judge('a dialog');
    await approver.page.keyboard.press('Escape');
    await approver.act('Approve');
    await approver.sees('approved by');
    await approver.open('/changes?rollout=1');
    await approver.sees('10 % of the ring');
    await approver.sees('Next, it reaches 50 % of everyone');
    await approver.sees('Its stage bakes for 10 minutes');
    await approver.judge('a running rollout');
    await world().report('laptop-1', 'failed');
    await world().report('laptop-2', 'applied');
    await world().poll('laptop-1', 'laptop-2', 'laptop-3');
    world().time += 11 * minute;
    await world().advance();
    await approver.open('/changes?rollout=1');
    await approver.sees('50 % of the ring');
  });

  step('whoever comes later sees what the machines reported before', async () => {
    await world().advance();
    const reader = await as('reader');
    await reader.open('/changes?rollout=1');
    await reader.sees(/at most 50 %, at the end 50 %; more than 5 % abort it/);
    await reader.judge('a rollout with failures');
    assert.equal(await reader.page.getByRole('button', { name: 'Pause' }).isDisabled(), true);
  });

  step('the rings say how many of their machines have their pins', async () => {
    const reader = await as('reader');
    await reader.open('/rings?ring=everyone');
    await reader.sees('3 of 3 machines');
    await reader.judge('a ring with machines');
    await reader.open('/rings?ring=pilot');
    await reader.sees('No machine of this ring has polled');
    await reader.judge('a ring without machines');
  });

  step('an editor pauses, resumes and aborts a rollout, each with a reason', async () => {
    const editor = await as('editor');
    await editor.open('/changes?rollout=1');
    await editor.act('Pause', 'lunch');
    await editor.sees('lunch');
    await editor.sees('the stage then bakes anew');
    await editor.judge('a paused rollout');
    await editor.act('Resume');
    await editor.act('Abort', hostile);
    await editor.sees(hostile);
    await editor.judge('an aborted rollout');
  });

  step('an upgrade that soaked is approved by two people, or rejected by one', async () => {
    const approver = await as('approver');
    await approver.open('/changes');
    await approver.click(/claude-fable-5-2 for everyone/);
    await approver.judge('an upgrade');
    await approver.act('Approve', 'looks good');
    await approver.sees('First approved by');
    await approver.sees('Somebody else must, too');
    await approver.act('Reject', 'or not');
    await approver.sees('or not');
  });

  step('an editor reopens the upgrade that was rejected, and a reader may not', async () => {
    const [reader, editor] = [await as('reader'), await as('editor')];
    const path = '/changes?upgrade=everyone.fable.claude-fable-5-2';
    await reader.open(path);
    assert.match((await reader.page.getByRole('button', { name: 'Reopen' }).textContent()) ?? '', /for editors/);
    await editor.open(path);
    await editor.judge('a rejected upgrade');
    await editor.page.getByRole('button', { name: 'Reopen' }).click();
    await editor.page.getByText('As a command').click();
    await editor.sees('/v1/upgrades/everyone.fable.claude-fable-5-2/reopen');
    await editor.judge('the dialog of a reopening');
    await editor.page.keyboard.press('Escape');
    await editor.act('Reopen', 'let us see');
    await editor.sees('It was taken back before');
    await editor.judge('a reopened upgrade');
  });
}
