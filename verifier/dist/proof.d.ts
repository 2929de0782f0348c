import type { Bytes } from "./bytes.js";
import { type Checkpoint } from "./checkpoint.js";
/** C2SP tlog-proof. */
export interface LogProof {
    readonly extra: Bytes | null;
    readonly index: bigint;
    readonly path: readonly Bytes[];
    /** The checkpoint's text as it stands, and as it reads. */
    readonly checkpointText: string;
    readonly checkpoint: Checkpoint;
}
/** A proof's text in two steps, as a bundle is read: its frame, then its checkpoint. */
export declare function parseLogProof(text: string, what: string): LogProof;
export declare function parseProofFrame(text: string, what: string): Omit<LogProof, "checkpoint">;
/** Whether the proof shows a leaf hash at its index in the checkpoint's tree. */
export declare const proves: (proof: LogProof, leaf: Bytes) => boolean;
