// The tables of variables and outputs in infra/README.md, made from the Terraform. To write them anew:
//   node test/deployed/infra/variables-table.ts

import { readFileSync, writeFileSync } from 'node:fs';
import { at, type Json, type Resource, readTerraform, type Terraform, textOf } from './terraform.ts';

const begin = '<!-- made by test/deployed/infra/variables-table.ts -->';
const end = '<!-- end -->';

/** The page with the tables as the Terraform has them. */
export function withTables(page: string, terraform: Terraform): string {
  const [before = '', rest = ''] = page.split(begin);
  return `${before}${begin}\n\n${tablesOf(terraform)}\n${end}${rest.slice(rest.indexOf(end) + end.length)}`;
}

function tablesOf({ variables, outputs }: Terraform): string {
  const rows = variables.toSorted(requiredFirst).map(({ name, body }) => {
    const initial = at(body, 'default');
    return `| \`${name}\` | ${codeOf(typeOf(body))} | ${initial === undefined ? 'required' : codeOf(written(initial))} | ${cell(body)} |`;
  });
  return [
    '| variable | type | default | |',
    '|---|---|---|---|',
    ...rows,
    '',
    '| output | |',
    '|---|---|',
    ...outputs.toSorted(byName).map(({ name, body }) => `| \`${name}\` | ${cell(body)} |`),
    '',
  ].join('\n');
}

function requiredFirst(a: Resource, b: Resource): number {
  const isOptional = ({ body }: Resource) => Number(at(body, 'default') !== undefined);
  return isOptional(a) - isOptional(b) || byName(a, b);
}

function byName(a: Resource, b: Resource): number {
  return a.name < b.name ? -1 : 1;
}

/** The type on one line. */
function typeOf(body: Json): string {
  return textOf(at(body, 'type'))
    .replace(/^\$\{(.*)\}$/s, '$1')
    .replace(/\{\n\s*/g, '{ ')
    .replace(/\n\s*\}/g, ' }')
    .replace(/\n\s*/g, ', ')
    .replace(/\s+/g, ' ');
}

function written(value: Json): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

function codeOf(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function cell(body: Json): string {
  return textOf(at(body, 'description')).replaceAll('|', '\\|');
}

if (import.meta.main) {
  const page = 'infra/README.md';
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), await readTerraform('infra')));
}
