// Parses a PowerShell script and finds its functions, calls and variables, for tests on machines without PowerShell.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';

export type TreeNode = Node;

export interface Call {
  readonly name: string;
  readonly parameters: readonly string[];
  /** The number of arguments without a parameter's name. */
  readonly positional: number;
  readonly line: number;
}

export interface Procedure {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly switches: readonly string[];
  /** The variables that the function assigns without a scope, with parameters and loop variables, in lower case. */
  readonly locals: ReadonlySet<string>;
  readonly start: number;
  readonly end: number;
}

const require = createRequire(import.meta.url);
await Parser.init();
const language = await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm'));
const parser = new Parser();
parser.setLanguage(language);

export function parsePowerShell(file: string): Node {
  return parseScript(readFileSync(file, 'utf8'));
}

export function parseScript(text: string): Node {
  const tree = parser.parse(text);
  if (tree === null) throw new Error('no tree');
  return tree.rootNode;
}

/** The places where the grammar finds an error or a missing token. */
export function errorsIn(node: Node): readonly string[] {
  if (node.isError || node.isMissing) return [`line ${lineOf(node)}: ${node.text.slice(0, 60)}`];
  return node.hasError ? node.children.flatMap(errorsIn) : [];
}

export function all(node: Node, type: string): readonly Node[] {
  return node.descendantsOfType(type).filter((found) => found !== null);
}

export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

export function proceduresIn(root: Node): readonly Procedure[] {
  return all(root, 'function_statement').map((node) => {
    const parameters = all(node, 'script_parameter');
    const nameOf = (parameter: Node) => parameter.namedChildren.at(-1)?.text.slice(1).toLowerCase() ?? '';
    return {
      name: all(node, 'function_name')[0]?.text ?? '',
      parameters: parameters.map(nameOf),
      switches: parameters.filter((parameter) => /^\[switch\]/i.test(parameter.text)).map(nameOf),
      locals: new Set([...parameters.map(nameOf), ...assignedIn(node).filter((name) => !name.includes(':'))]),
      start: node.startIndex,
      end: node.endIndex,
    };
  });
}

/** The variables that are assigned below a node, with their scopes if they name one, in lower case. */
export function assignedIn(node: Node): readonly string[] {
  const assigned = all(node, 'left_assignment_expression').filter(({ text }) => /^\$[\w:]+$/.test(text));
  const looped = all(node, 'foreach_statement').flatMap((loop) => loop.namedChildren.slice(0, 1));
  return [...assigned, ...looped].map(({ text }) => text.slice(1).toLowerCase());
}

/** The variables that are read: all except those on the left of an assignment. */
export function usedIn(node: Node): readonly Node[] {
  return all(node, 'variable').filter(
    ({ parent, text }) => parent?.type !== 'script_parameter' && !(isAssigned(parent, text) && parent?.text === text),
  );
}

export function variableName(node: Node): string {
  return node.text.replace(/^\$\{?|\}$/g, '').toLowerCase();
}

export function callsIn(root: Node): readonly Call[] {
  return all(root, 'command').flatMap((command) => {
    const [name] = all(command, 'command_name');
    if (name === undefined || name.parent?.id !== command.id) return [];
    const elements = command.namedChildren.find(({ type }) => type === 'command_elements')?.namedChildren ?? [];
    const parameters = elements.filter(({ type }) => type === 'command_parameter').map(({ text }) => text.slice(1));
    return [{ name: name.text, parameters, positional: positionalIn(elements), line: lineOf(command) }];
  });
}

/** Blanks separate arguments. The grammar splits `$a.B($c)` into two elements; PowerShell reads one argument. */
function positionalIn(elements: readonly Node[]): number {
  return elements.filter(
    ({ type }, at) =>
      elements[at - 1]?.type === 'command_argument_sep' && type !== 'command_parameter' && !isValue(elements, at),
  ).length;
}

/** Whether this element is the value of the parameter before it. Switches such as `-Force` take no value. */
function isValue(elements: readonly Node[], at: number): boolean {
  const before = elements[at - 2];
  return before?.type === 'command_parameter' && !/^-(Secret|Force|Leaf|Parent|Unique|Descending)$/.test(before.text);
}

function isAssigned(node: Node | null, text: string): boolean {
  if (node === null || node.text !== text) return false;
  return node.type === 'left_assignment_expression' || isAssigned(node.parent, text);
}
