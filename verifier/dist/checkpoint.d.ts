import { type Bytes } from "./bytes.js";
import { type Note, type VerifierKey } from "./note.js";
/** C2SP tlog-checkpoint. */
export interface Checkpoint {
    readonly note: Note;
    readonly origin: string;
    readonly size: bigint;
    readonly root: Bytes;
}
export declare function parseCheckpoint(text: string, what: string): Checkpoint;
/** What a witness's line says: null if it has none, false if it does not verify, else the time (Unix seconds) of the cosignature. */
export declare function cosignedAt(note: Note, witness: VerifierKey): Promise<bigint | false | null>;
