// Starts the api as it is served: registered with the functions-framework, on a store of its own, with supertest to ask it.

import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import request from 'supertest';
import { attachToServer } from '../../functions/api/http-server.ts';
import type { Environment } from '../../functions/environment.ts';
import { createWiring, type Parts } from '../../functions/wiring.ts';
import { openLoopback } from '../../shared/adapters/loopback.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import { testKeyFile } from './document-keys.ts';
import { draft, now } from './world.ts';

export const adminToken = 'admin-token-of-thirty-two-characters';
export const machineToken = 'machine-token-of-thirty-two-characters';
export const asAdmin = { Authorization: `Bearer ${adminToken}` };
export const asMachine = { Authorization: `Bearer ${machineToken}` };

export interface Service {
  readonly server: Server;
  /** Its store, for what no call of the API can put there. */
  readonly file: string;
  /** The time that the service goes by; tests move it. */
  time: number;
  /** Events that the bus was given. */
  readonly published: readonly Event[];
  /** Lines of the log, as JSON. */
  readonly logged: readonly string[];
  ask(): ReturnType<typeof request>;
  /** States a policy for whatever revision stands. */
  state(over?: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export function startService(parts: Parts = {}, settings: Environment = {}): Service {
  const file = join(mkdtempSync(join(tmpdir(), 'pinward-')), 'pinward.db');
  const environment = {
    PINWARD_SQLITE: file,
    PINWARD_ADMIN_TOKEN: adminToken,
    PINWARD_MACHINE_TOKEN: machineToken,
    PINWARD_WRITER_KEY_FILE: testKeyFile(),
    ...settings,
  };
  const published: Event[] = [];
  const bus = openLoopback(async (event) => {
    published.push(event);
  });
  const logged: string[] = [];
  const note = (message: string, fields = {}) => logged.push(JSON.stringify({ message, ...fields }));
  const log = { info: note, warn: note, error: note };
  const wiring = createWiring(environment, { clock: () => service.time, bus, log, ...parts });
  const api = wiring.api();
  http('api', api);
  const server = getTestServer('api');
  attachToServer(server, api);
  const service: Service = {
    server,
    file,
    time: now,
    ask: () => request(server),
    async state(over = {}) {
      await request(server).put('/v1/policy').set(asAdmin).set('If-Match', '*').send(draft(over)).expect(200);
    },
    published,
    logged,
    close: () => wiring.close(),
  };
  return service;
}
