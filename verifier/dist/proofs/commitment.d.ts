import type { Model } from "./model.js";
/** How a tensor stands outside of the proof. */
export interface PublicTensor {
    readonly name: string;
    readonly type: "int8" | "float32";
    /** 0 is the batch. */
    readonly extents: readonly number[];
    /** An input's inverse scale, an output's scale; 0 of int8. */
    readonly factor: number;
    readonly zeroPoint: number;
}
export interface Commitment {
    readonly model: Model;
    /** derive_key of the file's bytes. */
    readonly id: Uint8Array;
    readonly manifest: Uint8Array;
    readonly input: PublicTensor;
    readonly output: PublicTensor;
    /** Of the matrix of weights. */
    readonly root: Uint8Array;
}
/** Whether all 256 activations stand for finite and different values. */
export declare const isFactor: (factor: number, zeroPoint: number) => boolean;
/** Throws Malformed. */
export declare function readCommitment(bytes: Uint8Array): Commitment;
