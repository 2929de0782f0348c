import type { Bytes } from "./bytes.js";
import type { JsonObject } from "./json.js";
/** A length and a commitment, as 64 hex digits. */
export interface Commitment {
    readonly mediaType: string;
    readonly length: bigint;
    readonly commitment: string;
}
/** `tokens` is their number, or null where the output is anything else. */
export interface OutputCommitment extends Commitment {
    readonly tokens: bigint | null;
}
export interface Receipt {
    readonly recordId: string;
    readonly sequence: bigint;
    readonly clientNonce: string | null;
    readonly issuer: {
        readonly keyId: string;
        readonly node: string;
    };
    readonly model: {
        readonly name: string;
        readonly version: string;
        readonly manifest: string;
        readonly format: string;
    };
    readonly input: Commitment & {
        readonly wire: Commitment | null;
    };
    readonly output: OutputCommitment;
    /** What no verifier interprets. */
    readonly parameters: JsonObject;
    readonly execution: {
        readonly profile: string;
        readonly engine: {
            readonly name: string;
            readonly version: string;
            readonly build: string;
        };
        readonly graph: string;
    };
    readonly requestedAt: string;
    readonly completedAt: string;
    readonly notBefore: {
        readonly origin: string;
        readonly size: bigint;
        readonly root: Bytes;
    };
    readonly auditable: boolean;
    readonly venue: readonly string[];
}
export declare const tensorType = "application/vnd.assay.tensors.v1", tokenType = "application/vnd.assay.tokens.v1", relayedType = "application/vnd.assay.relayed.v1";
export declare const pieceLength = 65536n;
/** Reads the statement of a receipt, in the order that docs/spec/verification.md gives: what is found first decides. */
export declare function readReceipt(payload: Bytes): Receipt;
/** Whether the output is what an upstream sent: nothing was computed by who signed. */
export declare const isRelayed: (output: OutputCommitment) => boolean;
