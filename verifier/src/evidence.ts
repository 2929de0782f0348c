import { equal, type Bytes } from "./bytes.js";
import { Malformed, Unsupported } from "./errors.js";
import { array, bytes64, only, string } from "./fields.js";
import { fromHex } from "./hex.js";
import { type Json } from "./json.js";
import { sha256 } from "./sha256.js";

/** A proof of the run that comes with a bundle (docs/spec/receipt.md, Evidence): the proof file, the commitment file of the model, and the proof about its weights, where the bundle has that. */
export interface ProofEvidence {
  readonly proof: Bytes;
  readonly commitment: Bytes;
  readonly weights: Bytes | null;
}

/** What a proof would have to be about; all of it opened, published and verified. `model` is the committed model's id as the log says it, `manifest` the digest of its files, both in hex. */
export interface ProvedRun {
  readonly model: string;
  readonly manifest: string;
  readonly nonce: string | null;
  /** The media types of input and output, as the receipt says them. */
  readonly inputType: string;
  readonly outputType: string;
  readonly inputCommitment: Bytes;
  readonly outputCommitment: Bytes;
  readonly input: Bytes;
  readonly output: Bytes;
}

/** On what it rests that the committed model's weights are well-formed: a proof of it that was checked, or the word of the log that published the commitment. */
export type WeightsFooting = "proved" | "log-word";

export interface ProofVerdict {
  readonly holds: boolean;
  readonly detail: string;
  /** Of one that holds. */
  readonly weights?: WeightsFooting;
}

/** Checks proofs of the type assay.proofs/1. Never throws for what is in them. */
export type ProofVerifier = (evidence: ProofEvidence, run: ProvedRun) => Promise<ProofVerdict>;

const maxProof = 16 << 20, maxCommitment = 4 << 20, maxWeights = 16 << 20;

/** Refuses kinds of evidence that this version does not know. */
export function requireKnown(value: Json | undefined): void {
  for (const item of array(value, "evidence"))
    if (!(item instanceof Map) || item.get("tier") !== "proof" || item.get("type") !== "assay.proofs/1")
      throw new Unsupported("the bundle has evidence of an unknown kind");
}

export function readEvidence(value: Json | undefined): ProofEvidence | null {
  const items = array(value, "evidence");
  if (items.length > 1) throw new Malformed("evidence is more than one item");
  if (items.length === 0) return null;
  const m = only(items[0], ["tier", "type", "proof", "commitment", "weights"], "evidence[0]"), weights = m.get("weights");
  return {
    proof: blob(m.get("proof"), maxProof, "evidence[0].proof"), commitment: blob(m.get("commitment"), maxCommitment, "evidence[0].commitment"),
    weights: weights === undefined ? null : blob(weights, maxWeights, "evidence[0].weights"),
  };
}

function blob(value: Json | undefined, most: number, what: string): Bytes {
  const m = only(value, ["sha256", "bytes"], what);
  const due = fromHex(string(m.get("sha256"), `${what}.sha256`), 32, `${what}.sha256`);
  const bytes = bytes64(m.get("bytes"), `${what}.bytes`);
  if (bytes.length === 0 || bytes.length > most) throw new Malformed(`${what}.bytes is not 1 to ${most} bytes`);
  if (!equal(sha256(bytes), due)) throw new Malformed(`${what}.sha256 is not the digest of the bytes`);
  return bytes;
}
