// Whether everybody holds the roles of the table and no other.

import { customRoles, roles } from './expected.ts';
import { at, type Json, ofType, type Resource, resourceAt, type Terraform, textOf } from './terraform.ts';

export function rolesAgree(terraform: Terraform, table = roles): readonly string[] {
  const held = terraform.resources.filter(({ type }) => type.endsWith('_iam_member')).flatMap(grantsOf);
  const allowed = table.map(([who, role, on]) => `${who} holds ${role}: ${on}`);
  const custom = ofType(terraform, 'google_project_iam_custom_role');
  return [
    ...allowed.filter((grant) => !held.includes(grant)).map((grant) => `missing: ${grant}`),
    ...held.filter((grant) => !allowed.includes(grant)).map((grant) => `not in the table: ${grant}`),
    ...Object.keys(customRoles)
      .filter((name) => resourceAt(terraform, `google_project_iam_custom_role.${name}`) === undefined)
      .map((name) => `the custom role ${name} is not in Terraform`),
    ...custom
      .filter(({ name, body }) => bare(at(body, 'permissions')) !== customRoles[name])
      .map(({ name }) => `the custom role ${name} holds other permissions`),
    // A binding or a policy takes away what others were given elsewhere.
    ...terraform.resources
      .filter(({ type }) => /_iam_(?:binding|policy)$/.test(type))
      .map(({ address }) => `${address} overrides what it doesn't know`),
  ];
}

/** One line a grant; a `for_each` over words makes one for each. */
function grantsOf(resource: Resource): readonly string[] {
  const { type, body } = resource;
  const words = moveText(at(body, 'for_each'));
  const condition = at(body, 'condition.expression');
  const suffix = condition === undefined ? '' : ` if ${bare(condition)}`;
  return (words.length === 0 ? [null] : words).map((word) => {
    const role = roleOf(bare(at(body, 'role')), word);
    const on = filled(bare(targetOf(resource)), word);
    return `${whoIs(resource, word)} holds ${role}: ${type} on ${on}${suffix}`;
  });
}

function moveText(forEach: Json | undefined): readonly string[] {
  const list = /^\$\{toset\(\[(.*)\]\)\}$/s.exec(textOf(forEach))?.[1] ?? '';
  return [...list.matchAll(/"([^"]+)"/g)].map(([, word = '']) => word);
}

function roleOf(role: string, word: string | null): string {
  const custom = /^google_project_iam_custom_role\.(\w+)\[/.exec(role)?.[1];
  return custom === undefined ? filled(role, word) : `custom: ${custom}`;
}

const targets = ['topic', 'subscription', 'secret_id', 'crypto_key_id', 'service_account_id', 'web_backend_service'];

/** The thing that the role is held on: of the project only where nothing smaller is named. */
function targetOf({ type, body }: Resource): Json | undefined {
  const named = targets.map((name) => at(body, name)).find((value) => value !== undefined);
  return named ?? at(body, type === 'google_project_iam_member' ? 'project' : 'name');
}

function whoIs({ body }: Resource, word: string | null): string {
  const member = bare(at(body, 'member'));
  const account = /^google_service_account\.(\w+)\.member$/.exec(member)?.[1];
  if (account !== undefined) return account;
  if (member === 'local.pubsub_agent') return "Pub/Sub's own agent";
  if (/^group:\$\{var\.vertex\.group\}$/.test(member)) return 'the group of developers';
  const named = /var\.[\w.]+/.exec(textOf(at(body, 'for_each')).replace(/^\$\{contains\([^?]*\?/, ''))?.[0];
  return member === 'each.value' && word === null ? `anyone that ${named} names` : member;
}

/** An expression without its braces. */
function bare(value: Json | undefined): string {
  const text = textOf(value);
  return /^\$\{([^{}]*)\}$/s.exec(text)?.[1] ?? text;
}

function filled(text: string, word: string | null): string {
  if (word === null) return text;
  return text === 'each.value' ? word : text.replace('each.key', `"${word}"`);
}
