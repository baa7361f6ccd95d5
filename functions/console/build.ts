// Builds the console with esbuild: scripts, a stylesheet and an icon, whose names have the hash of their contents, and the page that
// loads them. `npm run build` puts them into api.zip, and `npm start` makes them with the first request.

import { basename, extname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { assetPrefix, type ConsoleFile, type ConsoleFiles, pageKey } from '../api/console/console-files.ts';

/** By the ending of a name. */
const types = { '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

/** From the project in the folder `root`. */
export async function buildConsole(root: string): Promise<ConsoleFiles> {
  const source = join(root, 'functions/console/browser');
  const { outputFiles, metafile } = await compile(source);
  const files = outputFiles.map(({ path, contents }) => {
    const name = basename(path);
    return [`${assetPrefix}${name}`, fileOf(types[extname(name) as keyof typeof types], contents)] as const; // esbuild made it
  });
  const outputs = Object.entries(metafile.outputs);
  const nameOf = (entry: string | undefined) =>
    assetPrefix + basename(outputs.find(([, { entryPoint }]) => entryPoint === entry)?.[0] ?? '');
  return { ...Object.fromEntries(files), [pageKey]: fileOf('text/html; charset=utf-8', Buffer.from(pageOf(nameOf))) };
}

function compile(source: string) {
  return build({
    absWorkingDir: source,
    entryPoints: ['first-calls.ts', 'main.tsx', 'style/style.css', 'icon.svg'],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    outdir: '.',
    entryNames: '[hash]',
    chunkNames: '[hash]',
    format: 'esm',
    loader: { '.svg': 'copy' },
    target: ['chrome123', 'firefox128', 'safari17.5'],
    minify: true,
    legalComments: 'none',
    preserveSymlinks: true,
    logLevel: 'warning',
  });
}

/**
 * What both scripts import is no entry point: it is loaded ahead, so that the first one runs as soon as it is there. Without `async` it
 * would wait for the stylesheet.
 */
function pageOf(nameOf: (entry: string | undefined) => string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Pinward</title>
<link rel="icon" href="${nameOf('icon.svg')}">
<link rel="stylesheet" href="${nameOf('style/style.css')}">
<link rel="modulepreload" href="${nameOf(undefined)}">
<script type="module" async src="${nameOf('first-calls.ts')}"></script>
<script type="module" src="${nameOf('main.tsx')}"></script>
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

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
