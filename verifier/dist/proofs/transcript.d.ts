import { type Felt4 } from "./field.js";
/** Tags of messages and of what is drawn. */
export declare const tags: {
    readonly parameters: 1;
    readonly model: 2;
    readonly context: 3;
    readonly input: 4;
    readonly output: 5;
    readonly ofWeights: 6;
    readonly witness: 16;
    readonly treeRoot: 17;
    readonly treeRound: 18;
    readonly treeEnd: 19;
    readonly round: 20;
    readonly evaluations: 21;
    readonly columnRound: 22;
    readonly rowEvaluations: 23;
    readonly row: 24;
    readonly challenge: 64;
    readonly indices: 65;
};
export declare class Transcript {
    #private;
    absorb(tag: number, bytes: Uint8Array): void;
    challenges(count: number): Felt4[];
    challenge(): Felt4;
    /** Numbers below 2^bits, with repetitions. */
    indices(count: number, bits: number): number[];
}
/** A proof from its first message on. */
export declare class Messages {
    #private;
    readonly bytes: Uint8Array;
    readonly transcript: Transcript;
    constructor(bytes: Uint8Array, transcript: Transcript);
    get left(): number;
    /** A message of bytes. */
    message(tag: number, length: number): Uint8Array;
    /** A message of elements of 𝔽. */
    elements(tag: number, count: number): Felt4[];
    /** Words after the last challenge, which nobody absorbs. */
    words(count: number): number[];
    /** 32 bytes of a path. */
    sibling(): Uint8Array;
}
