// The formats in which pins are served: each with its extension, the media type that selects it in `Accept`, and its
// renderer.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';
import { renderEnv } from './env.ts';
import { renderFish } from './fish.ts';
import { renderHelper, renderJson, renderSettings } from './json.ts';
import { renderPs1 } from './ps1.ts';
import { renderSh } from './sh.ts';

export interface Format {
  readonly extension: string;
  readonly accept: string;
  readonly contentType: string;
  readonly render: (resolution: Resolution) => string;
}

const json = 'application/json; charset=utf-8';

export const formats: readonly Format[] = [
  { extension: '.json', accept: 'application/json', contentType: json, render: renderJson },
  {
    extension: '.sh',
    accept: 'text/x-shellscript',
    contentType: 'text/x-shellscript; charset=utf-8',
    render: renderSh,
  },
  { extension: '.fish', accept: 'text/x-fish', contentType: 'text/x-fish; charset=utf-8', render: renderFish },
  {
    extension: '.ps1',
    accept: 'text/x-powershell',
    contentType: 'text/x-powershell; charset=utf-8',
    render: renderPs1,
  },
  { extension: '.env', accept: 'text/plain', contentType: 'text/plain; charset=utf-8', render: renderEnv },
  {
    extension: '.settings.json',
    accept: 'application/vnd.pinward.settings+json',
    contentType: json,
    render: renderSettings,
  },
  { extension: '.helper.json', accept: 'application/vnd.pinward.helper+json', contentType: json, render: renderHelper },
];

const byExtension = new Map(formats.map((format) => [format.extension, format]));

export function formatOf(extension: string): Format | null {
  return byExtension.get(extension) ?? null;
}

/** The format that an Accept header prefers (RFC 9110, 12.5.1); JSON without a header; null when it accepts none. */
export function negotiateFormat(accept: string | undefined): Format | null {
  const ranges = (accept?.trim() || '*/*')
    .split(',')
    // Trimmed after the split: a pattern such as /\s*;\s*/ takes quadratic time for many spaces.
    .map((part) =>
      part
        .toLowerCase()
        .split(';')
        .map((text) => text.trim()),
    )
    .map(([range = '', ...parameters]) => ({ range, quality: qualityOf(parameters) }))
    .sort((a, b) => b.quality - a.quality);
  const refused = new Set(ranges.filter(({ quality }) => quality === 0).map(({ range }) => range));
  const offered = formats.filter(({ accept: type }) => !refused.has(type));
  for (const { range, quality } of ranges) {
    const format = offered.find(({ accept: type }) => quality > 0 && covers(range, type));
    if (format !== undefined) return format;
  }
  return null;
}

function covers(range: string, type: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

function qualityOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return weight === undefined ? 1 : Number.parseFloat(weight.slice(2)) || 0;
}
