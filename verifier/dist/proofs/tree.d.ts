import { type Felt4 } from "./field.js";
import { type Messages } from "./transcript.js";
/** What a tree of fractions comes down to: the numerators' and denominators' extensions at a point of the leaves. */
export interface Leaves {
    readonly point: Felt4[];
    readonly numerator: Felt4;
    readonly denominator: Felt4;
}
/** The sum of 2^depth fractions is zero (section 5; Papini and Haböck 2023). @param depth at least 1 */
export declare function fractions(proof: Messages, depth: number): Leaves;
/** A block of 2^log leaves: what it sees of the point, and how much of the whole it is. */
export declare function seen(point: readonly Felt4[], log: number, at: number): {
    point: Felt4[];
    share: Felt4;
};
