// An action: a button that opens a dialog, which says what the call does and for whom it is, asks for a note, and shows the call as
// a command. The dialog stays open until the service has answered.

import { useRef, useState } from 'preact/hooks';
import type { Role } from '../../../../shared/domain/access/roles.ts';
import { type Call, pathOf, send } from '../client/call.ts';
import { readAllAgain } from '../client/readings.ts';
import type { Problem } from '../client/replies.ts';
import { ForRole, useLacks } from '../for-role.tsx';
import { CurlView } from './curl-view.tsx';
import { ProblemView } from './problem-view.tsx';

export interface ActionProps {
  readonly label: string;
  /** What the call does, in a sentence. */
  readonly does: string;
  readonly call: Call;
  /** The lowest role that may make it. */
  readonly needs: Role;
  /** The parameter that takes the author's reason; null when there is none. */
  readonly noteAs?: 'note' | 'reason' | null;
  /** For what can't be taken back with one click. */
  readonly isGrave?: boolean;
  readonly onDone?: (value: unknown) => void;
}

export function Action(props: ActionProps) {
  const { label, needs, isGrave = false } = props;
  const [isOpen, setOpen] = useState(false);
  const isRefused = useLacks(needs);
  return (
    <>
      <button type="button" class={isGrave ? 'grave' : ''} disabled={isRefused} onClick={() => setOpen(true)}>
        {label}
        <ForRole needs={needs} />
      </button>
      {isOpen && <ActionDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function ActionDialog(props: ActionProps & { readonly onClose: () => void }) {
  const { label, does, noteAs = 'reason', isGrave = false, onClose, onDone } = props;
  const [note, setNote] = useState('');
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const call = withNote(props.call, noteAs, note);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setSending(true);
    const answer = await send(call);
    setSending(false);
    if (!answer.ok) return setProblem(answer.problem);
    readAllAgain();
    onClose();
    onDone?.(answer.value);
  }

  return (
    <Dialog title={label} onClose={onClose}>
      <form onSubmit={submit}>
        <p>{does}</p>
        {noteAs !== null && (
          <label>
            Why (optional)
            <input maxLength={200} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
        )}
        <CurlView call={call} />
        <ProblemView problem={problem} />
        <div class="row end">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={isGrave ? 'grave' : 'primary'} disabled={isSending}>
            {label}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: preact.ComponentChildren;
}

/** A modal one: the browser keeps the focus in it, closes it with Escape, and then gives the focus back. */
function Dialog({ title, onClose, children }: DialogProps) {
  const shown = useRef<HTMLDialogElement | null>(null);
  const show = (element: HTMLDialogElement | null) => {
    if (element !== null && shown.current === null) element.showModal();
    shown.current = element;
  };
  return (
    <dialog ref={show} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

function withNote(call: Call, noteAs: 'note' | 'reason' | null, note: string): Call {
  if (noteAs === null || note === '') return call;
  const joiner = call.path.includes('?') ? '&' : '?';
  return { ...call, path: call.path + pathOf('', { [noteAs]: note }).replace('?', joiner) };
}
