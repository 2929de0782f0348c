import type { Commitment } from "./commitment.js";
import type { Statement } from "./model.js";
import { type ProofRefused } from "./refusal.js";
/** Null, or the check that failed. */
export declare const verifyProof: (commitment: Commitment, statement: Statement, proof: Uint8Array) => ProofRefused | null;
/** The same; a page stays alive meanwhile. */
export declare const verifyProofByTurns: (commitment: Commitment, statement: Statement, proof: Uint8Array) => Promise<ProofRefused | null>;
