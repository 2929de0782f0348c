import type { Bytes } from "../bytes.js";
export interface ProofReport {
    readonly verdict: "proved" | "refused" | "malformed";
    /** 1 to 25, of the check that failed. */
    readonly check: number | null;
    readonly batch: number | null;
    readonly detail: string;
}
export interface ProofSubject {
    readonly commitment: Bytes;
    /** The published id, in hex. */
    readonly model: string;
    /** Hex. */
    readonly context: string;
    /** int8, inference by inference. */
    readonly input: Bytes;
    readonly output: Bytes;
}
export declare function proofReport(proof: Bytes, subject: ProofSubject): ProofReport;
