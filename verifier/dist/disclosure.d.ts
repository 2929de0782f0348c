import { type Bytes } from "./bytes.js";
import type { Json } from "./json.js";
import { type Judgement } from "./report.js";
import { type Commitment, type OutputCommitment } from "./receipt.js";
export interface Opening {
    readonly salt: Bytes;
    readonly bytes: Bytes;
}
/** Pieces `first`, `first` + 1, ... of an output, each with its own salt. */
export interface Span {
    readonly first: bigint;
    readonly pieces: readonly Opening[];
    readonly path: readonly Bytes[];
}
export interface Disclosures {
    readonly input: Opening | null;
    readonly wireInput: Opening | null;
    readonly output: Opening | Span | null;
}
export declare function readDisclosures(value: Json | undefined): Disclosures;
/** One of the two parts of the axis input. */
export declare function judgeInput(name: "input" | "wire-input", stated: Commitment | null, opening: Opening | null): Judgement;
export declare function judgeOutput(stated: OutputCommitment, opening: Opening | Span | null): Judgement;
/** The text of whole tokens, one after another. */
export declare function tokensOf(bytes: Bytes): Bytes;
