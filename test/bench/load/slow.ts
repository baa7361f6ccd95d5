// Loaded into the service before anything else, for the load: each answer to a poll takes a millisecond more, as on a smaller
// machine. So the service is what is short and not what asks it, also where other work takes most of a machine's time, and its
// capacity is much the same from one second to the next. What is shed costs what it costs.

import { ServerResponse } from 'node:http';

const answerMs = 1;
const { writeHead } = ServerResponse.prototype;

Object.assign(ServerResponse.prototype, {
  writeHead(this: ServerResponse, status: number, ...rest: []) {
    const end = performance.now() + answerMs;
    while ((status === 200 || status === 304) && performance.now() < end);
    return writeHead.call(this, status, ...rest);
  },
});
