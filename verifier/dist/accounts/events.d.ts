import { type Bytes } from "../bytes.js";
import { type PublicKey } from "../keys.js";
import { type Statement } from "../statement.js";
import { type RevealedSeed } from "./draw.js";
import { type Observations } from "./observations.js";
import type { Json } from "../json.js";
export interface Terms {
    readonly kind: "terms";
    readonly origin: string;
    readonly epochRecords: number;
    readonly openingSeconds: number;
}
export interface Seed {
    readonly kind: "seed";
    readonly origin: string;
    readonly key: string;
    readonly epoch: number;
    readonly auditor: {
        readonly origin: string;
        readonly key: PublicKey;
    };
    readonly rate: number;
    readonly commitment: string;
    readonly signature: Bytes;
}
export interface Refusal {
    readonly kind: "refusal";
    readonly origin: string;
    readonly provider: string;
    readonly key: string;
    readonly epoch: number;
    readonly rate: number;
    readonly commitment: string;
}
export interface Draw {
    readonly kind: "draw";
    readonly origin: string;
    readonly provider: string;
    readonly key: string;
    readonly epoch: number;
    readonly first: number;
    readonly records: number;
    readonly size: number;
    readonly root: Bytes;
    readonly own: number;
    readonly rate: number;
    readonly seeds: readonly RevealedSeed[];
    readonly missing: readonly number[];
    readonly drawn: number;
    /** The draw's seed, which its subject is. */
    readonly seed: string;
}
export interface Verdicts {
    readonly kind: "verdicts";
    readonly origin: string;
    readonly lane: "traffic" | "canary";
    /** The index of the draw, or of the canary's commitment, in the same log. */
    readonly of: number;
    readonly first: number;
    readonly letters: string;
    /** In the canary lane the sequences, else empty. */
    readonly records: readonly number[];
    readonly work: string | null;
}
export interface Canary {
    readonly kind: "canary";
    readonly origin: string;
    readonly provider: string;
    readonly key: string;
    readonly requests: number;
    readonly commitment: string;
}
export interface Plant {
    readonly kind: "plant";
    readonly origin: string;
    readonly provider: string;
    readonly commitment: string;
    /** The index of the commitment that this opens, or null of a commitment. */
    readonly opens: number | null;
}
export interface Challenge {
    readonly kind: "challenge";
    readonly origin: string;
    readonly provider: string;
    readonly key: string;
    readonly sequence: number;
    readonly evidence: string;
    readonly at: number;
}
export interface AccountStep {
    readonly kind: "account";
    readonly origin: string;
    readonly account: string;
    readonly step: number;
    readonly time: number;
    readonly previous: string;
    readonly logs: readonly {
        readonly origin: string;
        readonly size: number;
        readonly root: Bytes;
    }[];
    readonly state: string;
}
/** The next events of a journal (docs/spec/market.md section 1). */
export interface JournalEntry {
    readonly kind: "journal";
    readonly origin: string;
    readonly journal: string;
    readonly number: number;
    readonly time: number;
    readonly previous: string;
    readonly events: readonly Bytes[];
    readonly state: string;
}
export type AuditEvent = Terms | Seed | Refusal | Draw | Verdicts | Canary | Plant | Challenge | Observations | AccountStep | JournalEntry;
/** Numbers from `least` to `most`. */
export declare function bounded(value: Json | undefined, least: number, most: number, what: string): number;
export declare const mostLetters = 30000;
/** An audit event, or null where the statement is of another kind. */
export declare const readAuditEvent: (statement: Statement) => AuditEvent | null;
