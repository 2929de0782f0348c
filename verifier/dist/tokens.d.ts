import { type Bytes } from "./bytes.js";
import type { Json } from "./json.js";
export interface Token {
    readonly id: number;
    /** The bytes emitted with it: possibly none, possibly part of a character. */
    readonly text: Bytes;
    /** Bits: of its own log-probability, then of each other token its id and the bits of its own. */
    readonly logs: readonly number[];
}
/** Reads tokens one after another. */
export declare function readTokens(bytes: Bytes): Token[];
/** The number of token ids in the encoding of a prompt. */
export declare function promptLength(bytes: Bytes): number;
/** The token ids of each of several prompts. */
export declare function readPrompts(bytes: Bytes): number[][];
export interface Word {
    /** As log-probabilities name it. */
    readonly shown: string;
    readonly bytes: Bytes;
}
/** Reads `assay.words`, and gives the digest that the receipt must commit to. */
export declare function readWords(value: Json | undefined): {
    words: ReadonlyMap<number, Word>;
    digest: string;
};
