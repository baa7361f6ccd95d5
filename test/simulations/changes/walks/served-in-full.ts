// What each machine was served in full for each family, one value after another: what a restore may bring back.

import { families } from '../../../../shared/domain/models/model.ts';
import type { Machine } from '../../../../shared/domain/serving/machine.ts';
import { type Agreed, nameOf, placing, valueAt } from './agreed.ts';
import type { View } from './world.ts';

interface Value {
  readonly text: string;
  /** Whether a restore brought it. Then the value before was restored away. */
  readonly isRestored: boolean;
}

export class ServedInFull {
  readonly #machines: readonly Machine[];
  readonly #values = new Map<string, Value[]>();

  constructor(machines: readonly Machine[]) {
    this.#machines = machines;
  }

  /** After each step. */
  note(view: View, isRestored: boolean): void {
    const placeOf = placing(view.revision.policy, [], view);
    for (const machine of this.#machines) {
      const rendered = placeOf(machine).serve(null);
      for (const family of families) {
        const values = this.#valuesOf(machine, family);
        const text = JSON.stringify(valueAt(rendered, `/pins/${family}`)) ?? '';
        if (values.at(-1)?.text !== text) values.push({ text, isRestored });
      }
    }
  }

  /** A restore brings back the value before, as a whole, unless that was restored away or rejected. */
  allowComebacks(
    agreed: Agreed,
    view: View,
    isRejected: (machine: Machine, family: string, model: string) => boolean,
  ): void {
    const placeOf = placing(view.revision.policy, [], view);
    for (const machine of this.#machines) {
      const rendered = placeOf(machine).serve(null);
      const states = families.map((family) => {
        const unit = JSON.stringify(valueAt(rendered, `/pins/${family}`)) ?? '';
        const values = this.#valuesOf(machine, family);
        const [current, former] = [values.at(-1), values.at(-2)];
        if (unit === current?.text) return 'same';
        const isBack = unit !== '' && unit === former?.text && current?.isRestored === false;
        const model = rendered.pins[family]?.model ?? '';
        return isBack && !isRejected(machine, family, model) ? family : 'other';
      });
      const back = states.filter((each) => each !== 'same' && each !== 'other');
      const isWhole = back.length > 0 && !states.includes('other');
      const paths = [...back.map((each) => `/pins/${each}`), ...(isWhole ? ['/project', '/location'] : [])];
      if (paths.length > 0) agreed.allow(machine, view.revision.policy, paths);
    }
  }

  #valuesOf(machine: Machine, family: string): Value[] {
    const key = `${nameOf(machine)}\n${family}`;
    const values = this.#values.get(key) ?? [];
    this.#values.set(key, values);
    return values;
  }
}
