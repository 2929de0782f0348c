import type { Bytes } from "./bytes.js";
import { type JsonObject } from "./json.js";
/** The frame of an in-toto Statement v1 with exactly one subject that has exactly one digest. */
export interface Statement {
    readonly subject: {
        readonly name: string;
        readonly digest: string;
    };
    readonly predicateType: string;
    readonly predicate: JsonObject;
}
/** Reads a statement whose predicate type is one of those known (another is unsupported) and whose subject has a digest of this algorithm. */
export declare function readStatement(payload: Bytes, known: readonly string[], algorithm: string, what: string): Statement;
/** The subject must say what the predicate says. */
export declare function subjectIs({ subject }: Statement, name: string, hex: string, what: string): void;
