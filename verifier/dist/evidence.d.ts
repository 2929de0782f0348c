import { type Bytes } from "./bytes.js";
import { type Json } from "./json.js";
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
/** Refuses kinds of evidence that this version does not know. */
export declare function requireKnown(value: Json | undefined): void;
export declare function readEvidence(value: Json | undefined): ProofEvidence | null;
