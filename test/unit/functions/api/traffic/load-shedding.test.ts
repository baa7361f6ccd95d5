// The rule by which polls are shed, turn by turn of a made-up event loop.

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, mock, test } from 'node:test';
import { isPoll } from '../../../../../functions/api/polls/poll-request.ts';
import { createLoadShedding, type LoadShedding } from '../../../../../functions/api/traffic/load-shedding.ts';

interface Answer {
  status: number | null;
  headers: Record<string, string>;
  body: string;
}

interface Asked {
  readonly url: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const login: Asked = { url: '/v1/pins.settings.json?machine=a', headers: {} };
const refresh = { ...login, headers: { 'if-none-match': '"x"' } };
const abort = { url: '/v1/rollouts/1/abort', method: 'POST', headers: { 'if-match': '*' } };

describe('an event loop', () => {
  let time = 0;
  let endTurn = () => {};
  let overload: LoadShedding;
  let lines: string[] = [];
  const socket = { pause: mock.fn(), resume: mock.fn() };

  beforeEach(() => {
    time = 1_000;
    lines = [];
    const note = (message: string, fields = {}) => lines.push(`${message} ${JSON.stringify(fields)}`);
    const log = { info: note, warn: note, error: note };
    const afterTurn = (then: () => void) => {
      endTurn = then;
    };
    overload = createLoadShedding({ log, clock: () => time, afterTurn });
    socket.pause.mock.resetCalls();
    socket.resume.mock.resetCalls();
  });

  function ask(asked: Asked): Answer {
    const answer: Answer = { status: null, headers: {}, body: '' };
    const request = { method: 'GET', socket, ...asked };
    const response = {
      writeHead: (status: number, headers: Record<string, string>) => Object.assign(answer, { status, headers }),
      end: (body = '') => Object.assign(answer, { body: String(body) }),
    };
    // Stands for what Node would give, as far as it is looked at.
    const pollClass = !isPoll(request.url)
      ? null
      : request.headers['if-none-match'] === undefined
        ? 'login'
        : 'refresh';
    overload.shed(request as unknown as IncomingMessage, response as unknown as ServerResponse, pollClass);
    return answer;
  }

  /** A turn that takes so long, with this request as the first, and 15 logins; then a rest. */
  function turn(ms: number, asked: Asked = login, restMs = 0, others = 15): Answer {
    const answer = ask(asked);
    for (let each = 0; each < others; each++) ask(login);
    time += ms;
    endTurn();
    time += restMs;
    return answer;
  }

  function turns(amount: number, ms: number, asked: Asked = login): void {
    for (let each = 0; each < amount; each++) turn(ms, asked);
  }

  test('whose turns all last 5 ms for a tenth of a second sheds refreshes, and no login and no admin', () => {
    turns(20, 5);

    assert.equal(turn(5, refresh).status, 503);
    assert.equal(turn(5, login).status, null);
    assert.equal(turn(5, abort).status, null);
  });

  test('that had one short turn in that time sheds nothing', () => {
    turns(10, 5);
    turn(4);
    turns(10, 5);

    assert.equal(turn(5, refresh).status, null);
  });

  test('that is slow with a few requests at a time has no queue, and sheds nothing', () => {
    for (let each = 0; each < 20; each++) turn(300, login, 0, 14);

    assert.equal(turn(300, refresh, 0, 14).status, null);
  });

  test('that had nothing to do for a moment sheds nothing', () => {
    turns(10, 9);
    turn(9, login, 5);
    turns(2, 9);

    assert.equal(turn(9, refresh).status, null);
  });

  test('that was held up three times has no queue yet, and sheds nothing', () => {
    turns(3, 400);

    assert.equal(turn(1, refresh).status, null);
  });

  test('whose turns all last 250 ms sheds logins, too, and still no admin', () => {
    turns(4, 250);

    assert.equal(turn(250, login).status, 503);
    assert.equal(turn(250, abort).status, null);
  });

  test('that is short again answers refreshes a second later, and not before', () => {
    turns(20, 5);
    turns(900, 1);
    assert.equal(turn(1, refresh).status, 503);
    turns(250, 1);

    assert.equal(turn(1, refresh).status, null);
  });

  test('that rests answers the first refresh after a second', () => {
    turns(20, 5);
    time += 1_000;

    assert.equal(turn(1, refresh).status, null);
  });

  test('that sheds no more lets two refreshes into each turn for four seconds, and then all', () => {
    turns(20, 5);
    time += 1_000;
    const inOneTurn = () => [ask(refresh), ask(refresh), turn(1, refresh)].map(({ status }) => status);

    assert.deepEqual(inOneTurn(), [null, null, 503]);
    assert.deepEqual(inOneTurn(), [null, null, 503]);
    assert.equal(ask(login).status, null);
    time += 4_000;
    turn(1);
    assert.deepEqual(inOneTurn(), [null, null, null]);
  });

  test('tells each machine to come back at another time, in words that it knows', () => {
    turns(20, 5);
    const answers = Array.from({ length: 50 }, () => turn(5, refresh));
    const waits = answers.map(({ headers }) => Number(headers['Retry-After']));

    assert.ok(new Set(waits).size >= 50 && waits.every((wait) => wait >= 30 && wait <= 90));
    assert.equal(answers[0]?.headers['Content-Type'], 'application/problem+json');
    assert.equal(JSON.parse(answers[0]?.body ?? '').code, 'overloaded');
  });

  test('answers HEAD without a body', () => {
    turns(20, 5);

    assert.equal(turn(5, { ...refresh, method: 'HEAD' }).body, '');
  });

  test('reads no connection that it shed for a while, and then goes on', () => {
    mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] });
    try {
      turns(20, 5);
      turn(5, refresh);
      mock.timers.tick(1);
      assert.deepEqual([socket.pause.mock.callCount(), socket.resume.mock.callCount()], [1, 0]);
      mock.timers.tick(249);
      assert.equal(socket.resume.mock.callCount(), 0);
      mock.timers.tick(1);
      assert.equal(socket.resume.mock.callCount(), 1);
    } finally {
      mock.timers.reset();
    }
  });

  test('says in the log when shedding begins and ends, and not for each poll', () => {
    turns(20, 5);
    for (let each = 0; each < 7; each++) turn(5, refresh);
    time += 1_000;
    turn(1);

    assert.deepEqual(lines, [
      'overload {"shed":"refreshes","answered503":0}',
      'overload {"shed":"none","answered503":7}',
    ]);
  });
});
