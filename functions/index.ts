// What is deployed: the list of functions. `functions-framework --target=api` serves one of them.

import { http } from '@google-cloud/functions-framework';
import { frontProcess } from './api/front.ts';
import { readEnvironment, wire } from './wiring.ts';

const { api } = wire(readEnvironment());
frontProcess();
http('api', api);
