import { type Bundle } from "./bundle.js";
import { type Bytes } from "./bytes.js";
import type { ProofVerifier } from "./evidence.js";
import type { Policy } from "./policy.js";
import { type Report } from "./report.js";
/** What a replay or a proof has shown about a statement; `statement` is the SHA-256 of its PAE in hex. */
export interface Finding {
    readonly statement: string;
    readonly found: "reproduced" | "proved" | "diverged";
}
/** Judges a bundle by a policy, or without one only whether it contradicts itself. Throws CannotJudge where the platform lacks a signature. */
export declare function verify(bytes: Bytes, policy: Policy | null, finding?: Finding | null, proofs?: ProofVerifier | null): Promise<Report>;
export declare function verifyBundle(bundle: Bundle, policy: Policy | null, finding?: Finding | null, proofs?: ProofVerifier | null): Promise<Report>;
