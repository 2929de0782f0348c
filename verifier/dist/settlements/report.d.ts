import type { Difference, PassportReport } from "../passports/report.js";
import type { Figures, Place } from "./read.js";
export interface SettlementReport {
    readonly status: "recomputed" | "differs" | "malformed" | "unsupported";
    /** Nothing is accepted here: what would be is unfolded. */
    readonly verdict: Exclude<PassportReport["verdict"], "accepted"> | "unfolded";
    readonly problem: string | null;
    readonly trustedBy: string | null;
    /** The cover's number, as the file says it. */
    readonly policy?: number;
    readonly market?: string;
    readonly account?: string;
    readonly opened?: Place;
    readonly settled?: Place;
    readonly payout?: number;
    readonly recomputed: Figures | null;
    readonly differences: readonly Difference[];
    /** This verifier folds no journal: the policy's number and who was paid what it takes as said, however much of the journal is shown. */
    readonly completeness: {
        readonly journal: "whole" | "part";
        readonly folded: false;
        readonly entriesLeftOut: number;
        readonly stepsWithoutLook: number;
    } | null;
    readonly passport: PassportReport | null;
}
export declare const settlementExitCodes: Readonly<Record<SettlementReport["verdict"], number>>;
