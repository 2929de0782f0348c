import { type Felt4 } from "../field.js";
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
export declare const down: (w: Windows) => Walk;
export declare const across: (w: Windows) => Walk;
/** D_u of section 6 for each place u of the kernel, extended to a point of the input's axis: the sum over real outputs a of eq(output, a) eq(input, what a reads). */
export declare function tapsAt(walk: Walk, axis: Axis, output: readonly Felt4[], input: readonly Felt4[]): Felt4[];
