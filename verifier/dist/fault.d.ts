import { type Bytes } from "./bytes.js";
import { type Checkpoint } from "./checkpoint.js";
import type { Policy } from "./policy.js";
import { type LogProof } from "./proof.js";
import { type LogPromise } from "./promise.js";
export declare const faultType = "application/vnd.assay.fault.v1+json";
type Claim = {
    readonly leaf: Bytes;
} & ({
    readonly promise: LogPromise;
    readonly path: readonly Bytes[];
} | {
    readonly proof: LogProof;
});
/** What shows a stranger that a log broke its word. */
export type Fault = {
    readonly kind: "two-roots";
    readonly checkpoints: readonly [Checkpoint, Checkpoint];
} | {
    readonly kind: "two-leaves";
    readonly index: bigint;
    readonly claims: readonly [Claim, Claim];
} | {
    readonly kind: "late";
    readonly promise: LogPromise;
    readonly checkpoint: Checkpoint;
};
export interface FaultReport {
    readonly headline: string;
    readonly verdict: "proved" | "not-proved" | "no-policy" | "unsupported" | "malformed";
    readonly kind: Fault["kind"] | null;
    /** The log that is proved to have broken its word. */
    readonly accused: string | null;
    readonly policy: string | null;
    readonly detail: string;
}
export declare const faultExitCodes: Readonly<Record<FaultReport["verdict"], number>>;
export declare function parseFault(bytes: Bytes): Fault;
/** Judges a fault file by the logs and witnesses of a policy. */
export declare function verifyFault(bytes: Bytes, policy: Policy | null): Promise<FaultReport>;
export {};
