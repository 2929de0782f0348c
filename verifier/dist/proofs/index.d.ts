import { type Bytes } from "../bytes.js";
import type { ProofVerifier } from "../evidence.js";
export { readCommitment, type Commitment, type PublicTensor } from "./commitment.js";
export { bind, type ReceiptRun } from "./binding.js";
export type { Model, Statement } from "./model.js";
export { checks, ProofRefused, type CheckName } from "./refusal.js";
export { verifyProof, verifyProofByTurns } from "./verify.js";
export { modelOf, verifyWeights, verifyWeightsByTurns } from "./weights.js";
/** For `verify`: checks a bundle's proof against what its receipt commits to. @param given proofs about models' weights, for bundles that carry none */
export declare const proofVerifierWith: (given: readonly Bytes[]) => ProofVerifier;
export declare const proofVerifier: ProofVerifier;
