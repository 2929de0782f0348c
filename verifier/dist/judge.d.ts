import type { Bundle, Logged } from "./bundle.js";
import type { Policy } from "./policy.js";
import { type PublicKey } from "./keys.js";
import { type Bytes } from "./bytes.js";
import { type VerifierKey } from "./note.js";
/** What the checks of several axes lean on, computed once. */
export interface Case {
    readonly bundle: Bundle;
    /** The relying party's, or the stand-in that genesis gives. */
    readonly policy: Policy;
    /** The index of the receipt. */
    readonly index: bigint;
    /** The first key that an introduce event gives and that the statement names. */
    readonly servingKey: PublicKey | null;
    /** The leaf hash of the receipt's sealed entry. */
    readonly leaf: Bytes;
    /** The logs of the policy that have the log's origin and signed the checkpoint. */
    readonly signers: readonly VerifierKey[];
    /** The SHA-256 of the statement's PAE in hex: how findings name it. */
    readonly statement: string;
}
export declare function openCase(bundle: Bundle, policy: Policy): Promise<Case>;
export declare const sameKey: (a: VerifierKey, b: VerifierKey) => boolean;
/** The key that genesis names, if it is a signer, else the first signer in the policy's order. */
export declare const logKeyOf: (c: Case) => VerifierKey | undefined;
/** Whether an entry is proved to be at its index in the checkpoint's tree. */
export declare const isProved: (c: Case, e: Logged<unknown>) => boolean;
/** What the tables call a fault of an entry: not signed by the roots, or not proved at its index. */
export declare const hasFault: (c: Case, e: Logged<unknown>) => Promise<boolean>;
/** Whether a tree of this size and root is proved to be the beginning of the checkpoint's. */
export declare function isPrefix(c: Case, size: bigint, root: Bytes, path: readonly Bytes[]): boolean;
