import { type Bytes } from "./bytes.js";
import { type Keeper } from "./keeper.js";
import type { Policy } from "./policy.js";
import type { Report } from "./report.js";
/** Why an answer was not handed on. */
export type ReceiptFault = "no-receipt" | "bad-promise" | "no-bundle" | "not-accepted" | "other-answer" | "split-view" | "broken-promise";
/** Nothing of the answer reaches the caller. `evidence` is a fault file that convicts the log before strangers, where there is one. */
export declare class ReceiptError extends Error {
    readonly fault: ReceiptFault;
    readonly report: Report | null;
    readonly evidence: Bytes | null;
    name: string;
    constructor(fault: ReceiptFault, message: string, report?: Report | null, evidence?: Bytes | null);
}
export interface FetchOptions {
    /** Where bundles and checkpoints are kept; without it they are forgotten with the program. */
    readonly keep?: Keeper;
    /** What fetches; the platform's. */
    readonly fetch?: typeof fetch;
    /** Whether a streamed answer waits until its receipt is verified; otherwise its chunks are handed on as they come, as provisional. */
    readonly holdBack?: boolean;
    /** The largest answer or bundle, in bytes; 64 MiB. */
    readonly maxBytes?: number;
    /** How long to wait for the entry to be in the tree, in milliseconds. */
    readonly patience?: number;
}
export interface Verified {
    readonly report: Report;
    readonly bundle: Bytes;
}
/** What the wrapper found about an answer that it handed on; undefined for one that it passed through, and for a stream before its end. */
export declare const verifiedReceipt: (response: Response) => Verified | undefined;
/**
 * A `fetch` that hands an answer on only when its receipt is verified by the policy and is this very request's and answer's: of `POST .../infer`,
 * `.../v1/chat/completions`, `.../v1/completions` and `.../v1/embeddings`. A stream's chunks are handed on as they come, and its end only when the receipt bears them out: otherwise reading
 * fails. Other requests, and answers that report an error, pass through.
 */
export declare function assayFetch(policy: Policy, options?: FetchOptions): typeof fetch;
