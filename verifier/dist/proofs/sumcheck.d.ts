import { type Felt4 } from "./field.js";
import type { Messages } from "./transcript.js";
/** The polynomial of the lowest degree with these values at 0, 1, 2 …, at x (Lagrange). */
export declare function interpolate(values: readonly Felt4[], x: Felt4): Felt4;
/** What a sumcheck comes down to: the claim about the summand at a point. */
export interface Reduced {
    readonly point: Felt4[];
    readonly claim: Felt4;
}
/** Rounds of g(0), g(2), … g(degree); g(1) is the claim less g(0). */
export declare function sumcheck(proof: Messages, tag: number, claim: Felt4, rounds: number, degree: number): Reduced;
