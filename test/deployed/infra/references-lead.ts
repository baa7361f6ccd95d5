// Whether every name in the Terraform leads somewhere, and every variable and local is used: what `terraform validate` finds
// where the provider can be had.

import type { Terraform } from './terraform.ts';
import { textOf } from './terraform.ts';

export function referencesLead(terraform: Terraform): readonly string[] {
  const { resources, data, variables, outputs, locals } = terraform;
  const named = [...resources, ...data, ...outputs].map(({ address, body }) => [address, body] as const);
  const own = variables.map(({ name, body }) => [`var.${name}`, body] as const);
  const bodies = [...named, ...own, ...Object.entries(locals)];
  const texts = bodies.map(([from, body]) => [from, textOf(body)] as const);
  const declared = new Set([
    ...resources.map(({ address }) => address),
    ...data.map(({ address }) => `data.${address}`),
    ...variables.map(({ name }) => `var.${name}`),
    ...Object.keys(locals).map((name) => `local.${name}`),
  ]);
  const used = texts.flatMap(([from, text]) => namesIn(text).map((name) => [from, name] as const));
  const usedElsewhere = new Set(used.filter(([from, name]) => from !== name).map(([, name]) => name));
  return [
    ...used
      .filter(([, name]) => !declared.has(name))
      .map(([from, name]) => `${from} speaks of ${name}, which is not there`),
    ...[...declared]
      .filter((name) => /^(?:var|local)\./.test(name) && !usedElsewhere.has(name))
      .map((name) => `nothing uses ${name}`),
  ];
}

/** The addresses that an expression speaks of, such as `google_pubsub_topic.events`, `local.apis` and `data.google_project.pinward`. */
export function namesIn(text: string): readonly string[] {
  const names = text.matchAll(
    /(?<![\w.-])(data\.(?:google|external)\w*\.\w+|(?:google_[a-z0-9_]+|time_sleep)\.[a-z]\w*|(?:var|local)\.\w+)/g,
  );
  return [...names].map(([, name = '']) => name);
}
