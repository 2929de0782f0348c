import { type Bytes } from "./bytes.js";
import { type PublicKey } from "./keys.js";
/** One signature line: the key's name and id (8 hex digits) and the bytes of the signature. */
export interface NoteLine {
    readonly name: string;
    readonly id: string;
    readonly signature: Bytes;
}
export interface Note {
    /** With its final newline: what is signed. */
    readonly text: string;
    readonly lines: readonly NoteLine[];
}
/** A verifier key of type 0x01 (signed notes) or 0x04 (cosignatures). */
export interface VerifierKey {
    readonly name: string;
    readonly id: string;
    readonly type: 1 | 4;
    readonly key: PublicKey;
}
/** Reads a note in the one spelling that bundles and faults ask for: two lines of one key (name and id) are malformed. */
export declare function parseNote(note: string, what: string): Note;
/** Reads any signed note. */
export declare function parseAnyNote(note: string, what: string): Note;
/** Reads NAME+ID+BASE64 of one of the types that are asked for. */
export declare function parseVerifierKey(vkey: string, types: readonly number[], what: string): VerifierKey;
/** The first four bytes of SHA-256(name, newline, type, key), in hex. */
export declare const keyHash: (name: string, type: number, key: Uint8Array) => string;
export declare const formatVerifierKey: (k: VerifierKey) => string;
/** The line of a key, if the note has one. */
export declare const lineOf: (note: Note, key: VerifierKey) => NoteLine | undefined;
/** Whether a line of type 0x01 signs the note's text. */
export declare const verifyLine: (note: Note, key: VerifierKey, line: NoteLine) => Promise<boolean>;
/** Whether the key (type 0x01) has a line on the note and it verifies. */
export declare function isSignedBy(note: Note, key: VerifierKey): Promise<boolean>;
