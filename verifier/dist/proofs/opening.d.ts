import { type Felt4 } from "./field.js";
import type { Plan } from "./plan.js";
import type { Claim } from "./relations.js";
import { type Messages } from "./transcript.js";
/** A claim as rows and columns: the rows from `row` on, as many as `over` has corners, and what is left of the point. */
export interface Placed extends Claim {
    readonly row: number;
    readonly over: readonly Felt4[];
    readonly within: readonly Felt4[];
}
/** What an opening knows of a plan: where the blocks of both matrices stand. */
export type Matrices = Pick<Plan, "model" | "weights" | "witness">;
/** Where each claim stands in its matrix. */
export declare const openingOf: ({ model, weights, witness }: Matrices, claims: readonly Claim[]) => Placed[];
/** How many challenges there are in the row parts. */
export declare const rowCoordinates: (opened: readonly Placed[]) => number;
export declare function demandOpening(proof: Messages, { model, weights, witness }: Matrices, claims: readonly Placed[], modelRoot: Uint8Array, witnessRoot: Uint8Array): Generator<void, void>;
