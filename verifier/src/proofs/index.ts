import { Malformed } from "../errors.js";
import type { ProofVerifier } from "../evidence.js";
import { fromHex } from "../hex.js";
import { bind } from "./binding.js";
import { readCommitment } from "./commitment.js";
import { ProofRefused } from "./refusal.js";
import { verifyProofByTurns } from "./verify.js";

export { readCommitment, type Commitment, type PublicTensor } from "./commitment.js";
export { bind, type ReceiptRun } from "./binding.js";
export type { Model, Statement } from "./model.js";
export { checks, ProofRefused, type CheckName } from "./refusal.js";
export { verifyProof, verifyProofByTurns } from "./verify.js";

/** For `verify`: checks a bundle's proof against what its receipt commits to. */
export const proofVerifier: ProofVerifier = async ({ proof, commitment: file }, run) => {
  try {
    const commitment = readCommitment(file), refused = await verifyProofByTurns(commitment, bind(commitment, run, fromHex(run.model, 32, "the model's id")), proof);
    return refused === null ? { holds: true, detail: "a proof shows that the committed model gives this output on this input" } : refusal(refused);
  } catch (error) {
    if (error instanceof ProofRefused) return refusal(error);
    if (error instanceof Malformed) return { holds: false, detail: error.message };
    throw error;
  }
};

const refusal = ({ number, message }: ProofRefused) => ({ holds: false, detail: `the proof is refused by check C${number}: ${message}` });
