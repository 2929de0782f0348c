import { type Bytes } from "../bytes.js";
import type { Commitment } from "./commitment.js";
import type { Statement } from "./model.js";
/** clamp(zp + rne(x · factor)), NaN giving zp. The product of two binary32 is exact in binary64, so it is rounded once. */
export declare const quantise: (x: number, factor: number, zeroPoint: number) => number;
/** What a receipt says of the run, all of it opened and verified. */
export interface ReceiptRun {
    /** The digest of the model's manifest, in hex. */
    readonly manifest: string;
    readonly nonce: string | null;
    /** The media types of input and output. */
    readonly inputType: string;
    readonly outputType: string;
    readonly inputCommitment: Bytes;
    readonly outputCommitment: Bytes;
    readonly input: Bytes;
    readonly output: Bytes;
}
/** The statement that a proof for this receipt has to be about. Refuses by C3, C5, C6. */
export declare function bind(commitment: Commitment, run: ReceiptRun, modelId: Uint8Array): Statement;
