import type { Bytes } from "./bytes.js";
import { type JsonObject } from "./json.js";
/** The frame of an in-toto Statement v1 with exactly one subject that has exactly one digest. */
export interface Statement {
    readonly subject: {
        readonly name: string;
        readonly algorithm: string;
        readonly digest: string;
    };
    readonly predicateType: string;
    readonly predicate: JsonObject;
}
/** Reads a statement whose predicate type is one of those known; of another type it is unsupported. */
export declare function readStatement(payload: Bytes, known: readonly string[], what: string): Statement;
/** The subject must say what the predicate says. */
export declare function subjectIs(statement: Statement, name: string, algorithm: string, hex: string, what: string): void;
