import type { Bytes } from "./bytes.js";
import { type Envelope } from "./envelope.js";
import { type EpochEvent, type Genesis, type KeyEvent, type ModelEvent } from "./events.js";
import { type Note } from "./note.js";
import { type LogProof } from "./proof.js";
import { type LogPromise } from "./promise.js";
import { type Receipt } from "./receipt.js";
import { type ProofEvidence } from "./evidence.js";
import { type Disclosures } from "./disclosure.js";
export declare const bundleType = "application/vnd.assay.bundle.v1+json";
/** An open entry with what it says and the proof of its place. */
export interface Logged<T> {
    readonly index: bigint;
    readonly leaf: Bytes;
    readonly path: readonly Bytes[];
    readonly envelope: Envelope;
    readonly event: T;
}
export interface Completeness {
    readonly epoch: Logged<EpochEvent>;
    readonly note: Note;
    readonly prefix: readonly Bytes[];
    readonly key: {
        readonly position: bigint;
        readonly events: bigint;
        readonly count: bigint;
        readonly records: Bytes;
        readonly path: readonly Bytes[];
    };
    readonly record: readonly Bytes[];
}
export interface Bundle {
    readonly envelope: Envelope;
    readonly receipt: Receipt;
    readonly promise: LogPromise;
    readonly promisePath: readonly Bytes[];
    readonly logProof: LogProof;
    readonly genesis: Logged<Genesis>;
    readonly keyEvents: readonly Logged<KeyEvent>[];
    readonly model: Logged<ModelEvent>;
    readonly notBefore: readonly Bytes[];
    readonly completeness: Completeness | null;
    readonly evidence: ProofEvidence | null;
    readonly disclosures: Disclosures;
}
/** Reads a bundle in the order of docs/spec/verification.md section 1; the first part that is malformed or unsupported decides. */
export declare function parseBundle(bytes: Bytes): Bundle;
