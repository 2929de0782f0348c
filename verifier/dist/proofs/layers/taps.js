import { add4, mul4, zero } from "../field.js";
import { eqAll } from "../multilinear.js";
export const down = (w) => ({ step: w.stride, spread: w.dilation, before: w.top, taps: w.kernelRows, outputs: w.rows });
export const across = (w) => ({ step: w.stride, spread: w.dilation, before: w.left, taps: w.kernelColumns, outputs: w.columns });
/** D_u of section 6 for each place u of the kernel, extended to a point of the input's axis: the sum over real outputs a of eq(output, a) eq(input, what a reads). */
export function tapsAt(walk, axis, output, input) {
    const from = eqAll(output), to = eqAll(input);
    return Array.from({ length: walk.taps }, (_, tap) => {
        let sum = zero;
        for (let a = 0; a < walk.outputs; a++) {
            const place = walk.step * a + walk.spread * tap - walk.before;
            if (place >= 0 && place < axis.size)
                sum = add4(sum, mul4(from[a], to[place]));
        }
        return sum;
    });
}
