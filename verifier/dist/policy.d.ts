import type { Bytes } from "./bytes.js";
import { type PublicKey } from "./keys.js";
import { type VerifierKey } from "./note.js";
import { type TlogPolicy } from "./tlogpolicy.js";
import { type Axis } from "./report.js";
export declare const policyType = "application/vnd.assay.policy.v1+json";
/** What a relying party trusts and asks for. It never comes from a bundle. */
export interface Policy {
    readonly name: string;
    readonly log: TlogPolicy;
    readonly roots: readonly PublicKey[];
    readonly rootThreshold: bigint;
    readonly indexers: readonly VerifierKey[];
    readonly indexerThreshold: bigint;
    readonly require: readonly Axis[];
    readonly execution: "any" | "reproduced" | "proved";
}
export declare function parsePolicy(bytes: Bytes): Policy;
