// The baseline of the cold start on Firestore: a function that reads one document and answers.

import { http } from '@google-cloud/functions-framework';

let client = null;

http('api', async (_request, response) => {
  const { Firestore } = await import('@google-cloud/firestore');
  client ??= new Firestore({ projectId: process.env.GOOGLE_CLOUD_PROJECT });
  await client.doc('published/current').get();
  response.writeHead(200);
  response.end();
});
