// `npm test`, `npm run check` and the tests that need more than these: they run tests, each with its own help. What they don't
// know goes to `node --test`.

import { spawnSync } from 'node:child_process';

/** No test waits for ever, whatever hangs. The slowest take some minutes. */
const maxTestMs = 20 * 60_000;

const moreOptions = `Other options go to node --test, such as --test-name-pattern=TEXT. Exit codes: 0 all pass, else 1.
`;

const modes = {
  test: {
    files: ['test/**/*.test.ts'],
    before: [[process.execPath, 'test/support/needs.ts']],
    concurrency: 2,
    help: `Run every test, or those of some files. What this machine can't run is skipped, and said first.

  npm test -- [FILE ...]

On two processors they took 8 minutes. CONTRIBUTING.md says what they need, and what they leave in the temporary folder. ${moreOptions}`,
  },
  claude: {
    files: [
      'doctor',
      'doctor-credentials',
      'doctor-traps',
      'doctor-windows',
      'real-client',
      'holding',
      'opinions',
      'list-opinions',
      'upgrade-path',
    ].map((name) => `test/agents/claude/${name}.ts`),
    before: [],
    concurrency: 1,
    help: `Run the real Claude Code against a fake Vertex. Needs Linux, root and an installed Claude Code.

  npm run test:claude

${moreOptions}`,
  },
  console: {
    files: ['test/console/console.ts'],
    before: [],
    concurrency: 1,
    help: `Run the console in a real browser against the real service. Needs Chromium.

  npm run test:console

${moreOptions}`,
  },
  powershell: {
    files: ['test/contracts/agent/conformance-windows.ts'],
    before: [],
    concurrency: 1,
    help: `Run the conformance kit on the Windows agent in PowerShell 7, then on each of its seeded faults. Needs pwsh.

  npm run test:powershell

On two processors it takes less than 4 minutes with the PowerShell that .ci/run compiles, else 6. ${moreOptions}`,
  },
  check: {
    files: ['test/**/*.test.ts'],
    before: [
      [process.execPath, 'node_modules/@biomejs/biome/bin/biome', 'check', '.'],
      [process.execPath, 'node_modules/typescript/bin/tsc'],
      [process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'functions/console/browser'],
      [process.execPath, 'test/support/needs.ts'],
    ],
    concurrency: 2,
    help: `Check format, lint and types, then run every test. A change is ready when this passes.

  npm run check

${moreOptions}`,
  },
} as const;

function main(name: string | undefined, words: readonly string[]): number {
  const mode = isMode(name) ? modes[name] : modes.test;
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(mode.help);
    return 0;
  }
  const files = words.some((word) => !word.startsWith('-')) ? [] : mode.files;
  const bounds = ['--import', './test/support/open-handles.ts', `--test-timeout=${maxTestMs}`];
  const tests = [process.execPath, ...bounds, '--test', `--test-concurrency=${mode.concurrency}`, ...words, ...files];
  for (const [program = '', ...options] of [...mode.before, tests]) {
    const { status } = spawnSync(program, options, { stdio: 'inherit' });
    if (status !== 0) return 1;
  }
  return 0;
}

function isMode(name: string | undefined): name is keyof typeof modes {
  return name !== undefined && Object.hasOwn(modes, name);
}

const [, , name, ...words] = process.argv;
process.exitCode = main(name, words);
