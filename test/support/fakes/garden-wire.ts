// The wire of the fake garden: Google's own message definitions and gRPC's frames on HTTP/2, by hand, so that it can also
// answer as no gRPC server would: with a web page, with nothing, or with a cut connection.

import { readFileSync } from 'node:fs';
import type { ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { fromJSON, type MessageTypeDefinition, type MethodDefinition } from '@grpc/proto-loader';
import type { Answer, ErrorInfo } from './garden-rows.ts';

export interface Wire {
  readonly countTokens: Method;
  readonly rawPredict: Method;
  readonly listPublisherModels: Method;
  statusDetails(code: number, text: string, info: ErrorInfo): Buffer;
}
type Method = MethodDefinition<object, object>;

const packages = join(import.meta.dirname, '../../../node_modules');
let loaded: Wire | null = null;

/** Loads the definitions (a third of a second) once a process. */
export function loadWire(): Wire {
  loaded ??= readWire();
  return loaded;
}

function readWire(): Wire {
  const google = definitionsOf('@google-cloud/aiplatform/build/protos/protos.json');
  const rpc = definitionsOf('google-gax/build/protos/status.json');
  const method = (service: string, name: string): Method => {
    const found = google[`google.cloud.aiplatform.${service}`];
    if (found === undefined || 'format' in found || found[name] === undefined)
      throw new Error(`the package has no ${service}.${name}`);
    return found[name] as Method; // without `format` it is a service, by proto-loader's own test
  };
  const message = (name: string): MessageTypeDefinition<object, object> => {
    const found = rpc[`google.rpc.${name}`];
    if (found === undefined) throw new Error(`the package has no ${name}`);
    return found as MessageTypeDefinition<object, object>; // each of these names is a message
  };
  const [status, errorInfo] = [message('Status'), message('ErrorInfo')];
  return {
    countTokens: method('v1.LlmUtilityService', 'CountTokens'),
    rawPredict: method('v1.PredictionService', 'RawPredict'),
    listPublisherModels: method('v1beta1.ModelGardenService', 'ListPublisherModels'),
    statusDetails: (code, text, info) =>
      status.serialize({
        code,
        message: text,
        details: [{ type_url: 'type.googleapis.com/google.rpc.ErrorInfo', value: errorInfo.serialize(info) }],
      }),
  };
}

function definitionsOf(file: string): ReturnType<typeof fromJSON> {
  const json = JSON.parse(readFileSync(join(packages, file), 'utf8'));
  return fromJSON(json, { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true });
}

/** The one message of a unary request, without its frame's head of five bytes. */
export async function readRequest(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).subarray(5);
}

export function sendAnswer(stream: ServerHttp2Stream, method: Method, answer: Answer): void {
  if (stream.destroyed || stream.closed) return;
  if (answer.kind === 'ok') sendMessage(stream, method.responseSerialize(answer.body));
  if (answer.kind === 'error') stream.respond(trailersOf(answer), { endStream: true });
  if (answer.kind === 'cut') stream.session?.destroy();
  if (answer.kind === 'page') {
    stream.respond({ ':status': answer.status, 'content-type': 'text/html; charset=UTF-8' });
    stream.end(`<!DOCTYPE html>\n<html lang=en>\n<title>Error ${answer.status}!!1</title>\n`);
  }
}

function sendMessage(stream: ServerHttp2Stream, message: Buffer): void {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.end(Buffer.concat([head, message]));
}

function trailersOf({ code, text, info }: Extract<Answer, { kind: 'error' }>): Record<string, string | number> {
  return {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(code),
    // As gRPC has it: what is not printable ASCII, and the percent sign, are encoded.
    'grpc-message': text.replace(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent),
    ...(info === undefined
      ? {}
      : { 'grpc-status-details-bin': loadWire().statusDetails(code, text, info).toString('base64') }),
  };
}
