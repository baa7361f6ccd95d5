// The baseline of the poll benches: a function that does nothing but answer, on the same functions-framework.

import { http } from '@google-cloud/functions-framework';

const body = Buffer.from(`${JSON.stringify({ env: { FILLER: 'x'.repeat(440) } }, null, 2)}\n`);

http('api', (request, response) => {
  if (request.headers['if-none-match'] === undefined) {
    response.writeHead(200, { 'Content-Length': body.length });
    response.end(body);
  } else {
    response.writeHead(304);
    response.end();
  }
});
