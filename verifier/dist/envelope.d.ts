import { type Bytes } from "./bytes.js";
import { type Json } from "./json.js";
import type { Algorithm } from "./keys.js";
export declare const payloadType = "application/vnd.in-toto+json";
export interface Signature {
    readonly keyId: string;
    readonly bytes: Bytes;
}
export interface Envelope {
    readonly payload: Bytes;
    readonly signatures: readonly Signature[];
    /** The bytes that are signed. */
    readonly pae: Bytes;
}
export declare const pae: (type: string, body: Uint8Array) => Bytes;
export declare function readEnvelope(value: Json | undefined, what: string): Envelope;
/** An open entry: an envelope as compact JSON, its signatures in ascending order of their key ids. */
export declare function readOpenEntry(entry: Bytes, what: string): Envelope;
/** The leaf hash of the sealed entry of a receipt: of its envelope's one signature and key id. */
export declare function sealedLeaf(sequence: bigint, envelope: Envelope, algorithm: Algorithm): Bytes;
