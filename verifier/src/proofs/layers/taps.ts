import { add4, mul4, zero, type Felt4 } from "../field.js";
import { eqAll } from "../multilinear.js";
import type { Windows } from "../model.js";
import type { Axis } from "../shapes.js";

/** Which place of an axis output a reads through each place of the kernel: step · a + spread · tap - before. */
export interface Walk {
  readonly step: number;
  readonly spread: number;
  readonly before: number;
  readonly taps: number;
  /** Real outputs. */
  readonly outputs: number;
}

export const down = (w: Windows): Walk => ({ step: w.stride, spread: w.dilation, before: w.top, taps: w.kernelRows, outputs: w.rows });
export const across = (w: Windows): Walk => ({ step: w.stride, spread: w.dilation, before: w.left, taps: w.kernelColumns, outputs: w.columns });

/** D_u of section 6 for each place u of the kernel, extended to a point of the input's axis: the sum over real outputs a of eq(output, a) eq(input, what a reads). */
export function tapsAt(walk: Walk, axis: Axis, output: readonly Felt4[], input: readonly Felt4[]): Felt4[] {
  const from = eqAll(output), to = eqAll(input);
  return Array.from({ length: walk.taps }, (_, tap) => {
    let sum = zero;
    for (let a = 0; a < walk.outputs; a++) {
      const place = walk.step * a + walk.spread * tap - walk.before;
      if (place >= 0 && place < axis.size) sum = add4(sum, mul4(from[a]!, to[place]!));
    }
    return sum;
  });
}
