import { Malformed } from "../errors.js";
import { fromHex } from "../hex.js";
import { readCommitment } from "./commitment.js";
import { countOf } from "./shapes.js";
import { layersOf } from "./plan.js";
import { verifyProof } from "./verify.js";
const int8 = (bytes) => new Int8Array(bytes.slice().buffer);
export function proofReport(proof, subject) {
    try {
        const commitment = readCommitment(subject.commitment), modelId = fromHex(subject.model, 32, "the model's id"), context = fromHex(subject.context, subject.context.length / 2, "the context");
        const batch = Math.max(1, Math.ceil(subject.input.length / countOf(layersOf(commitment.model, 1).shapes[0])));
        const refused = verifyProof(commitment, { modelId, context, batch, input: int8(subject.input), output: int8(subject.output) }, proof);
        if (refused !== null)
            return { verdict: "refused", check: refused.number, batch, detail: refused.message };
        return { verdict: "proved", check: null, batch, detail: "the committed model gives this output on this input" };
    }
    catch (error) {
        if (error instanceof Malformed)
            return { verdict: "malformed", check: null, batch: null, detail: error.message };
        throw error;
    }
}
