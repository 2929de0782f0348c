import type { Commitment } from "./commitment.js";
import type { Statement } from "./model.js";
import { ProofRefused } from "./refusal.js";
/** Null, or the check that failed. */
export declare function verifyProof(commitment: Commitment, statement: Statement, proof: Uint8Array): ProofRefused | null;
/** The same; a page stays alive meanwhile. */
export declare function verifyProofByTurns(commitment: Commitment, statement: Statement, proof: Uint8Array): Promise<ProofRefused | null>;
