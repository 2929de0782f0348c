import type { ProofVerifier } from "../evidence.js";
export { readCommitment, type Commitment, type PublicTensor } from "./commitment.js";
export { bind, type ReceiptRun } from "./binding.js";
export type { Model, Statement } from "./model.js";
export { checks, ProofRefused, type CheckName } from "./refusal.js";
export { verifyProof, verifyProofByTurns } from "./verify.js";
/** For `verify`: checks a bundle's proof against what its receipt commits to. */
export declare const proofVerifier: ProofVerifier;
