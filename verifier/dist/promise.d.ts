import type { Bytes } from "./bytes.js";
import type { Note } from "./note.js";
/** The log's word that entries FIRST to FIRST + COUNT - 1 are durable and will be shown by DEADLINE (Unix seconds). */
export interface LogPromise {
    readonly note: Note;
    readonly origin: string;
    readonly first: bigint;
    readonly count: bigint;
    readonly batchRoot: Bytes;
    readonly deadline: bigint;
}
export declare function readPromise(note: Note, what: string): LogPromise;
/** Whether the promise and a path in its batch say that `leaf` stands at `index`. */
export declare const promises: (promise: LogPromise, index: bigint, leaf: Bytes, path: readonly Bytes[]) => boolean;
