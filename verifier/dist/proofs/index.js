import { Malformed } from "../errors.js";
import { fromHex } from "../hex.js";
import { bind } from "./binding.js";
import { readCommitment } from "./commitment.js";
import { ProofRefused } from "./refusal.js";
import { verifyProofByTurns } from "./verify.js";
export { readCommitment } from "./commitment.js";
export { bind } from "./binding.js";
export { checks, ProofRefused } from "./refusal.js";
export { verifyProof, verifyProofByTurns } from "./verify.js";
/** For `verify`: checks a bundle's proof against what its receipt commits to. */
export const proofVerifier = async ({ proof, commitment: file }, run) => {
    try {
        const commitment = readCommitment(file), refused = await verifyProofByTurns(commitment, bind(commitment, run, fromHex(run.model, 32, "the model's id")), proof);
        return refused === null ? { holds: true, detail: "a proof shows that the committed model gives this output on this input" } : refusal(refused);
    }
    catch (error) {
        if (error instanceof ProofRefused)
            return refusal(error);
        if (error instanceof Malformed)
            return { holds: false, detail: error.message };
        throw error;
    }
};
const refusal = ({ number, message }) => ({ holds: false, detail: `the proof is refused by check C${number}: ${message}` });
