import { type Bytes } from "./bytes.js";
import { type PublicKey } from "./keys.js";
import { type VerifierKey } from "./note.js";
export interface Genesis {
    readonly origin: string;
    readonly rootKeys: readonly PublicKey[];
    readonly threshold: bigint;
    readonly logKey: VerifierKey;
    readonly maxLease: bigint;
    readonly node: string;
}
export interface Segment {
    readonly service: string;
    readonly model: string;
    readonly profile: string;
    readonly region: string;
}
export interface KeyEvent {
    readonly origin: string;
    readonly action: "introduce" | "renew" | "retire" | "compromise";
    readonly keyId: string;
    /** Of introduce. */
    readonly key: PublicKey | null;
    readonly segment: Segment | null;
    /** Of introduce and renew. */
    readonly until: bigint | null;
    /** Of compromise. */
    readonly from: bigint | null;
}
export interface ModelEvent {
    readonly origin: string;
    readonly name: string;
    readonly version: string;
    readonly manifest: string;
    readonly format: string;
    readonly graph: string;
    /** The id of the model as it was committed for proofs, or null. */
    readonly proofModel: string | null;
}
export interface EpochEvent {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Bytes;
    readonly keys: bigint;
    readonly index: Bytes;
}
/** The predicate types of all events. */
export declare const knownEventTypes: readonly string[];
export declare function readGenesis(payload: Bytes): Genesis;
/** SHA-256 over the threshold and the root keys' ids in ascending order. */
export declare const rootSetId: ({ threshold, rootKeys }: Pick<Genesis, "threshold" | "rootKeys">) => Bytes;
export declare function readKeyEvent(payload: Bytes): KeyEvent;
export declare function readModelEvent(payload: Bytes): ModelEvent;
/** That the root keys have changed hands. */
export interface OwnerEvent {
    readonly origin: string;
    readonly owner: string;
}
export declare function readOwner(payload: Bytes): OwnerEvent;
export declare function readEpoch(payload: Bytes): EpochEvent;
