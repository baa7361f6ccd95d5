// Builds the console with esbuild: one script, one stylesheet and one icon, whose names have the hash of their bytes, and the page
// that loads them. `npm run build` puts them into api.zip, and `npm start` makes them with the first request.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { assetPrefix, type ConsoleFile, type ConsoleFiles, pageKey } from '../api/console/console-files.ts';

/** From the project in the folder `root`. */
export async function buildConsole(root: string): Promise<ConsoleFiles> {
  const source = join(root, 'functions/console/browser');
  const icon = readFileSync(join(source, 'icon.svg'));
  const assets = [
    ['js', 'text/javascript; charset=utf-8', await compile(source, 'main.tsx')],
    ['css', 'text/css; charset=utf-8', await compile(source, 'style/style.css')],
    ['svg', 'image/svg+xml', icon],
  ] as const;
  const named = assets.map(
    ([extension, type, bytes]) => [`${assetPrefix}${hashOf(bytes)}.${extension}`, type, bytes] as const,
  );
  const [[script = ''] = [], [style = ''] = [], [image = ''] = []] = named;
  return {
    ...Object.fromEntries(named.map(([path, type, bytes]) => [path, fileOf(type, bytes)])),
    [pageKey]: fileOf('text/html; charset=utf-8', Buffer.from(pageOf(script, style, image))),
  };
}

async function compile(source: string, entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: source,
    entryPoints: [entry],
    bundle: true,
    write: false,
    outdir: '.',
    format: 'esm',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    minify: true,
    legalComments: 'none',
    preserveSymlinks: true,
    logLevel: 'warning',
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return output.contents;
}

function pageOf(script: string, style: string, icon: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pinward</title>
<link rel="icon" href="${icon}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<noscript>The console needs JavaScript. Everything that it does is a call of the API: GET /openapi.json.</noscript>
<div id="app"></div>
</body>
</html>
`;
}

function fileOf(type: string, bytes: Uint8Array): ConsoleFile {
  return { type, body: toBase64(bytes), brotli: toBase64(brotliCompressSync(bytes)) };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
