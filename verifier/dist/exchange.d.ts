import { type Bytes } from "./bytes.js";
import { type Bundle } from "./bundle.js";
import { type Envelope } from "./envelope.js";
import type { Policy } from "./policy.js";
import { type LogPromise } from "./promise.js";
import { type Receipt } from "./receipt.js";
export interface AnswerReceipt {
    readonly id: string;
    readonly index: bigint;
    readonly envelope: Envelope;
    readonly receipt: Receipt;
    readonly promiseText: string;
    readonly promise: LogPromise;
    readonly path: readonly Bytes[];
    /** The salt of the output, in base64: what opens the bundle. */
    readonly salt: string;
}
/** Reads the member `assay` of an answer, and holds it against the header `Assay-Receipt: ID; sha256=DIGEST`. */
export declare function readAnswer(header: string | null, body: Bytes): AnswerReceipt;
/** The leaf that the promise of an answer is about: of one of the two algorithms; null if a log of the policy did not promise it. */
export declare function promisedLeaf(answer: AnswerReceipt, policy: Policy): Promise<Bytes | null>;
/** The leaf hash of the entry that a bundle is about. */
export declare const leafOf: (bundle: Bundle) => Bytes;
export interface Exchange {
    readonly model: string;
    readonly version: string | null;
    readonly nonce: string;
    readonly request: Bytes;
    readonly answer: Bytes;
}
/** What of an exchange the bundle is not about, in words; null if it is about this very request and answer. */
export declare function otherAnswer(exchange: Exchange, answer: AnswerReceipt, bundle: Bundle): string | null;
/** The JSON of a message whose numbers are kept as written. */
export declare function exact(bytes: Bytes): unknown;
/** A bundle that was accepted, read again. */
export declare function readBundle(bytes: Bytes): Bundle | null;
