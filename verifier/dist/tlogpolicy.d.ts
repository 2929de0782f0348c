import { type VerifierKey } from "./note.js";
/** What a quorum counts: a witness, or k of a group's members. */
export type Quorum = {
    readonly witness: VerifierKey;
} | {
    readonly threshold: number;
    readonly members: readonly Quorum[];
};
/** C2SP tlog-policy: known logs and witnesses in the order of their lines; `quorum` is null for `quorum none`. */
export interface TlogPolicy {
    readonly logs: readonly VerifierKey[];
    readonly witnesses: readonly VerifierKey[];
    readonly quorum: Quorum | null;
}
export declare function parseTlogPolicy(text: string, what: string): TlogPolicy;
/** Whether the witnesses (by key id) are a quorum; none asked is always one. */
export declare function isQuorum(quorum: Quorum | null, cosigned: ReadonlySet<string>): boolean;
