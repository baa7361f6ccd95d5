// Exceptions that an author may ask for, each with a reason that is recorded. The dry run has them, too.

/** Named as the parameters of the call. */
export interface Exceptions {
  readonly force: string;
  readonly 'at-once': string;
}

export const noExceptions: Exceptions = { force: '', 'at-once': '' };

interface ExceptionsFormProps {
  readonly exceptions: Exceptions;
  readonly onChange: (exceptions: Exceptions) => void;
}

export function ExceptionsForm({ exceptions, onChange }: ExceptionsFormProps) {
  return (
    <details>
      <summary>Exceptions</summary>
      <label>
        Pins need not be known to answer, because
        <input
          maxLength={200}
          value={exceptions.force}
          onInput={(event) => onChange({ ...exceptions, force: event.currentTarget.value })}
        />
      </label>
      <label>
        Pins move in one step and not in stages, because
        <input
          maxLength={200}
          value={exceptions['at-once']}
          onInput={(event) => onChange({ ...exceptions, 'at-once': event.currentTarget.value })}
        />
      </label>
    </details>
  );
}
