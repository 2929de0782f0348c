import { type Bytes } from "../bytes.js";
import { type Envelope } from "../envelope.js";
import type { Algorithm } from "../keys.js";
/** What a log shows of a receipt. Its signature is of bytes that are not in the log. */
export interface SealedEntry {
    readonly sequence: bigint;
    readonly keyId: string;
    readonly algorithm: Algorithm;
}
export type Entry = {
    readonly sealed: SealedEntry;
} | {
    readonly sealed: null;
    readonly envelope: Envelope;
};
export declare function readEntry(entry: Bytes, what: string): Entry;
