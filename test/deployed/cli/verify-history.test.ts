// `npm run verify-history` as real processes: a service exported, and the export checked without it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { problemOf } from '../../../functions/api/problems/problem.ts';
import { readService } from '../../../functions/cli/history/history-export.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { appendEvent, type ChainHead, type Event, emptyChain } from '../../../shared/domain/events/event.ts';
import { numberedId, type Write } from '../../../shared/ports.ts';
import { testKeys } from '../../support/document-keys.ts';
import { adminToken, type Service } from '../../support/service.ts';
import { newEvent } from '../../support/world.ts';
import { listen, newFile, run, serve } from './command.ts';

/** More than two pages of the API. */
const many = 450;

describe('npm run verify-history', () => {
  let service: Service;
  let url: string;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ service, url, close } = await serve());
  });
  afterEach(() => close());

  const verify = (words: readonly string[]) => run('verify-history', words, { url });
  const history = async (length: number) => {
    let chainHead: ChainHead = emptyChain;
    const events: Event[] = [];
    for (let number = 1; number <= length; number++) {
      const appended = appendEvent(chainHead, newEvent(number));
      events.push(appended.event);
      chainHead = appended.chainHead;
    }
    await commit([
      ...events.map((value) => ({ kind: 'event', id: numberedId(value.seq), expect: 'absent', value }) as const),
      { kind: 'chainHead', id: 'current', expect: 'any', value: chainHead },
    ]);
    return { events, end: `${chainHead.seq}:${chainHead.hash}` };
  };
  const commit = async (writes: readonly Write[]) => {
    const store = openSqlite(service.file, testKeys);
    assert.ok((await store.commit(writes)).ok);
    await store.close();
  };

  test('exports what a service has, oldest first, and checks it then and later', async () => {
    const { events, end } = await history(many);
    const file = newFile('history.jsonl', 'an older export');
    const exported = await verify(['--export', file]);
    const checked = await run('verify-history', [file], { token: '' });

    const [last, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n').reverse();
    assert.deepEqual(
      lines.reverse().map((line) => JSON.parse(line)),
      events,
    );
    assert.deepEqual(JSON.parse(last ?? ''), { end: { seq: many, hash: events.at(-1)?.hash } });
    assert.equal(exported.stdout, `${many} events, chain intact, ends at ${end}\n`);
    assert.equal(checked.stdout, exported.stdout);
    assert.deepEqual([exported.status, checked.status], [0, 0]);
  });

  test('finds the history of real changes whole, and one of none, too', async () => {
    const none = await verify([]);
    await service.state({ settings: { companyAnnouncements: ['one\u2028two'] } });
    await service.state({ lock: true });
    const some = await verify([]);

    assert.equal(none.stdout, `0 events, chain intact, ends at 0:${'0'.repeat(64)}\n`);
    assert.match(some.stdout, /^2 events, chain intact, ends at 2:[0-9a-f]{64}\n$/);
    assert.deepEqual([none.status, some.status], [0, 0]);
  });

  test('names an event that was taken from the store, wherever it was, and exports the rest', async () => {
    const { events } = await history(many);
    const file = newFile('history.jsonl', '');
    const left = events.map(({ seq }) => seq);
    // The first of a page and the last of one: there a page reaches back into the one before.
    for (const gone of [201, 200]) {
      left.splice(left.indexOf(gone), 1);
      await commit([{ kind: 'event', id: numberedId(gone), remove: true }]);
      const { status, stdout } = await verify(['--export', file]);

      assert.equal(status, 1);
      assert.match(stdout, new RegExp(`^Broken at event ${gone} \\(line ${gone}\\), removed: `));
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(0, -1);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).seq),
        left,
      );
    }
  });

  test('names an event that was changed in the store', async () => {
    const { events } = await history(3);
    const [, second] = events;
    assert.ok(second !== undefined);
    await commit([{ kind: 'event', id: numberedId(2), expect: 'any', value: { ...second, by: 'eve' } }]);
    const { status, stdout } = await verify([]);

    assert.equal(status, 1);
    assert.equal(
      stdout,
      `Broken at event 2 (line 2), changed: its hash doesn't match its content.\nIntact up to 1:${events[0]?.hash}\n`,
    );
  });

  test('finds a history that was cut at its end, in the store itself, by what it printed before', async () => {
    const { events, end } = await history(3);
    await commit([
      { kind: 'event', id: numberedId(3), remove: true },
      { kind: 'chainHead', id: 'current', expect: 'any', value: { seq: 2, hash: events[1]?.hash ?? '' } },
    ]);
    const blind = await verify([]);
    const { status, stdout } = await verify(['--expect', end]);

    assert.equal(blind.status, 0);
    assert.equal(status, 1);
    assert.match(stdout, /^Broken at event 3 \(line \d\), cut: event 3 was expected, but 2 is the last/);
  });

  test('reads a line as one, whatever is in it', async () => {
    const { event, chainHead } = appendEvent(emptyChain, { ...newEvent(), by: 'a\u2028b\u2029c\u0085d' });
    const file = newFile('history.jsonl', `${JSON.stringify(event)}\r\n${JSON.stringify({ end: chainHead })}`);
    const { status } = await verify([file]);

    assert.match(readFileSync(file, 'utf8'), /\u2028/);
    assert.equal(status, 0);
  });

  test('writes no end where the service failed on the way', async () => {
    await history(3);
    let asked = 0;
    const failing = createServer(({ url: path, headers: { authorization = '' } }, response) => {
      asked++;
      if (asked > 1)
        return response.writeHead(503).end(JSON.stringify(problemOf({ code: 'write_conflict', document: '' })));
      return fetch(url + path, { headers: { Authorization: authorization } }).then(async (answer) =>
        response.end(await answer.text()),
      );
    });
    const source = readService({ url: `${await listen(failing)}/`, token: adminToken });
    const lines: string[] = [];
    for await (const line of source.lines) lines.push(line);
    failing.closeAllConnections();
    failing.close();

    assert.deepEqual([asked, lines], [2, []]);
    assert.equal(source.commandError()?.code, 'write_conflict');
  });

  test('ends with 2 where nothing could be checked, and leaves an older export alone', async () => {
    const file = newFile('history.jsonl', 'older');
    const unknown = await run('verify-history', ['--export', file], { url, token: 'x'.repeat(32) });
    const missing = await verify(['/nowhere']);
    const both = await verify([file, '--export', file]);
    const expected = await verify([file, '--expect', '3']);
    const option = await verify(['--exprot', file]);

    for (const { status } of [unknown, missing, both, expected, option]) assert.equal(status, 2);
    assert.match(unknown.stderr, /PINWARD_TOKEN or --token-file/);
    assert.match(missing.stderr, /ENOENT/);
    assert.match(both.stderr, /Name a file or a service/);
    assert.match(expected.stderr, /--expect is SEQ:HASH/);
    assert.match(option.stderr, /--exprot/);
    assert.equal(readFileSync(file, 'utf8'), 'older');
    assert.equal(existsSync(`${file}.partial`), false);
  });
});
