// The progress of a program that takes longer than a few seconds, on standard error. A terminal shows one line that changes;
// elsewhere, such as in the log of a pipeline, a line comes at most every five seconds.

const everyMs = 5_000;

export interface Progress {
  /** Shows how far the program is. */
  show(text: string): void;
  /** Ends the line, before other output. */
  end(): void;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export function createProgress(output: Output = process.stderr, clock: () => number = Date.now): Progress {
  const isTerminal = output.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  let isLineOpen = false;
  return {
    show(text) {
      if (isTerminal) output.write(`\r\u001b[K${text}`);
      else if (clock() - shownAt >= everyMs) output.write(`${text}\n`);
      else return;
      shownAt = clock();
      isLineOpen = isTerminal;
    },
    end() {
      if (isLineOpen) output.write('\r\u001b[K');
      isLineOpen = false;
    },
  };
}
