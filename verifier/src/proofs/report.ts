import type { Bytes } from "../bytes.js";
import { Malformed } from "../errors.js";
import { fromHex } from "../hex.js";
import { readCommitment } from "./commitment.js";
import { countOf } from "./shapes.js";
import { layersOf } from "./plan.js";
import { verifyProof } from "./verify.js";

/* A proof by itself, without a receipt: for the command line. */

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

const int8 = (bytes: Bytes): Int8Array => new Int8Array(bytes.slice().buffer);

export function proofReport(proof: Bytes, subject: ProofSubject): ProofReport {
  try {
    const commitment = readCommitment(subject.commitment), modelId = fromHex(subject.model, 32, "the model's id"), context = fromHex(subject.context, subject.context.length / 2, "the context");
    const batch = Math.max(1, Math.ceil(subject.input.length / countOf(layersOf(commitment.model, 1).shapes[0]!)));
    const refused = verifyProof(commitment, { modelId, context, batch, input: int8(subject.input), output: int8(subject.output) }, proof);
    if (refused !== null) return { verdict: "refused", check: refused.number, batch, detail: refused.message };
    return { verdict: "proved", check: null, batch, detail: "the committed model gives this output on this input" };
  } catch (error) {
    if (error instanceof Malformed) return { verdict: "malformed", check: null, batch: null, detail: error.message };
    throw error;
  }
}
