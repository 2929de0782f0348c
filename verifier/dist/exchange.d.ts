import { type Bytes } from "./bytes.js";
import { type Bundle } from "./bundle.js";
import { type Envelope } from "./envelope.js";
import type { Policy } from "./policy.js";
import { type LogPromise } from "./promise.js";
import { type Receipt } from "./receipt.js";
import type { Named } from "./language.js";
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
    /** What the tokens in log-probabilities are called, where the answer says it. */
    readonly words: Named | null;
}
/** Reads the member `assay` of an answer, and holds it against the header `Assay-Receipt: ID; sha256=DIGEST`. */
export declare function readAnswer(header: string | null, body: Bytes): AnswerReceipt;
/** Holds the header of a whole answer, `Assay-Receipt: ID; sha256=DIGEST`, against the receipt in its body. */
export declare function matchHeader(header: string | null, { id, envelope }: AnswerReceipt): void;
/** Reads the member `assay` of an answer: plain JSON, or that of `exact`. */
export declare function readAssay(value: unknown): AnswerReceipt;
/** The leaf that the promise of an answer is about: of one of the two algorithms; null if a log of the policy did not promise it. */
export declare function promisedLeaf(answer: AnswerReceipt, policy: Policy): Promise<Bytes | null>;
/** The leaf hash of the entry that a bundle is about. */
export declare const leafOf: (bundle: Bundle) => Bytes;
export interface Exchange {
    readonly model: string;
    readonly version: string | null;
    readonly nonce: string;
    /** Whether auditors may be shown the record, as the caller's header `Assay-Auditable` says: not, where it is not there. */
    readonly auditable: boolean;
    readonly request: Bytes;
}
/** What of a request the bundle is not about, in words; null if it is about this very one. */
export declare function otherRequest(exchange: Exchange, answer: AnswerReceipt, bundle: Bundle): string | null;
/** What of an answer in tensors is not what the bundle commits to. */
export declare function otherTensors(request: Bytes, answer: Bytes, { receipt, disclosures: { input, output } }: Bundle): string | null;
/** The JSON of a message whose numbers are kept as written. */
export declare function exact(bytes: Bytes): unknown;
/** A bundle that was accepted, read again. */
export declare function readBundle(bytes: Bytes): Bundle | null;
