import type { Commitment } from "./commitment.js";
import { type Felt4 } from "./field.js";
import type { Model } from "./model.js";
import { type ProofRefused } from "./refusal.js";
import { type Layout, type Shape } from "./shapes.js";
/** Equal pieces of a block of weights, or a block of biases. */
export interface Piece {
    /** Real and padded places of the whole block. */
    readonly shape: Shape;
    /** It has 2^log places, from number · 2^log of its block on. */
    readonly log: number;
    readonly number: number;
    /** Where it begins in the model's matrix. */
    readonly at: number;
    /** β of biases, null of weights. */
    readonly bound: number | null;
}
/** What each of the parts is about, made when it is asked for. Throws Malformed. */
export declare function partsOf(model: Model, shapes: readonly Shape[], weights: Layout): Generator<Piece[], void>;
/** The extension of 1 where a piece is padded and 0 where it is real. */
export declare function paddedAt({ shape, log, number }: Piece, point: readonly Felt4[]): Felt4;
/** Null, or the check that failed. Throws Malformed where the model's biases are beyond such proofs. */
export declare const verifyWeights: (commitment: Commitment, file: Uint8Array) => ProofRefused | null;
/** The same; a page stays alive meanwhile. */
export declare const verifyWeightsByTurns: (commitment: Commitment, file: Uint8Array) => Promise<ProofRefused | null>;
/** Id of the committed model that a file says it is about; null where it does not begin as such a file. */
export declare const modelOf: (file: Uint8Array) => Uint8Array | null;
