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
}
export interface EpochEvent {
    readonly origin: string;
    readonly size: bigint;
    readonly root: Bytes;
    readonly keys: bigint;
    readonly index: Bytes;
}
export declare function readGenesis(payload: Bytes): Genesis;
export declare function readKeyEvent(payload: Bytes): KeyEvent;
export declare function readModelEvent(payload: Bytes): ModelEvent;
export declare function readEpoch(payload: Bytes): EpochEvent;
