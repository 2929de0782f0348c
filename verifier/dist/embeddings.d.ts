import type { Bundle } from "./bundle.js";
import type { Bytes } from "./bytes.js";
export interface EmbeddingQuestion {
    readonly model: string;
    readonly version: string | null;
    readonly encoding: string;
    /** Null where the model's width is right. */
    readonly dimensions: number | null;
    /** One for each text: its token ids where the request gives them, else null. */
    readonly texts: readonly (readonly number[] | null)[];
}
/** Null where the body is not a request that a node could answer. */
export declare function readEmbeddingQuestion(json: string): EmbeddingQuestion | null;
/** What a caller sees that is not what the bundle commits to, in words; null where all is. */
export declare function otherEmbeddings(question: EmbeddingQuestion, answer: Bytes, bundle: Bundle): string | null;
