import { equal } from "../bytes.js";
import { Malformed } from "../errors.js";
import { fromHex } from "../hex.js";
import { bind } from "./binding.js";
import { readCommitment } from "./commitment.js";
import { ProofRefused } from "./refusal.js";
import { verifyProofByTurns } from "./verify.js";
import { modelOf, verifyWeightsByTurns } from "./weights.js";
export { readCommitment } from "./commitment.js";
export { bind } from "./binding.js";
export { checks, ProofRefused } from "./refusal.js";
export { verifyProof, verifyProofByTurns } from "./verify.js";
export { modelOf, verifyWeights, verifyWeightsByTurns } from "./weights.js";
/** For `verify`: checks a bundle's proof against what its receipt commits to. @param given proofs about models' weights, for bundles that carry none */
export const proofVerifierWith = (given) => async ({ proof, commitment: file, weights }, run) => {
    try {
        const commitment = readCommitment(file), refused = await verifyProofByTurns(commitment, bind(commitment, run, fromHex(run.model, 32, "the model's id")), proof);
        if (refused !== null)
            return refusal("the proof", refused);
        const shown = "a proof shows that the committed model gives this output on this input";
        const ofWeights = weights ?? given.find(g => equal(modelOf(g) ?? new Uint8Array(), commitment.id));
        if (ofWeights === undefined)
            return { holds: true, detail: `${shown}; that its weights are of eight bits and its padding zero is the word of the log, which published the commitment`, weights: "log-word" };
        const bad = await verifyWeightsByTurns(commitment, ofWeights);
        return bad === null ? { holds: true, detail: `${shown}; its weights are proved to be of eight bits, its biases within their bounds, its padding zero`, weights: "proved" }
            : refusal("the proof about the model's weights", bad);
    }
    catch (error) {
        if (error instanceof ProofRefused)
            return refusal("the proof", error);
        if (error instanceof Malformed)
            return { holds: false, detail: error.message };
        throw error;
    }
};
export const proofVerifier = proofVerifierWith([]);
const refusal = (what, { number, message }) => ({ holds: false, detail: `${what} is refused by check C${number}: ${message}` });
