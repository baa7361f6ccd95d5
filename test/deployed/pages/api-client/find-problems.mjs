// Prints what Redocly's recommended rules find in an OpenAPI document, a line each. It runs in the folder of its packages.

import { createConfig, lint } from '@redocly/openapi-core';

const [, , ref = ''] = process.argv;
const problems = await lint({ ref, config: await createConfig({ extends: ['recommended'] }) });
for (const { severity, ruleId, message, location } of problems)
  process.stdout.write(`${severity} ${ruleId} ${location[0]?.pointer}: ${message}\n`);
