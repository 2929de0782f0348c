import type { SaidSegment } from "./read.js";
/** Something that does not hold, and where. */
export interface Difference {
    readonly where: string;
    readonly detail: string;
    /** An entry of a kind that this version does not know. */
    readonly unsupported?: boolean;
}
export type Completeness = "whole" | "indexed" | "own-word" | "not-checked";
export interface LogReport {
    readonly log: string;
    readonly roles: readonly ("folder" | "provider" | "auditor")[];
    readonly size: number;
    readonly shown: number;
    readonly status: Completeness;
    /** The size below which the status holds. */
    readonly upTo: number;
    /** Draws from epochs, or of commitments, that the passport does not show. */
    readonly unmatchedDraws: number;
    readonly trusted: boolean | null;
    readonly trust: string;
}
export interface PassportReport {
    readonly status: "recomputed" | "differs" | "malformed" | "unsupported";
    readonly verdict: "accepted" | "rejected" | "no-policy" | "unsupported" | "malformed";
    readonly problem: string | null;
    readonly policy: string | null;
    readonly account?: string;
    readonly service?: string;
    readonly step?: number;
    readonly recomputed: {
        readonly state: string;
        readonly steps: number;
        readonly time: number;
        readonly segments: readonly SaidSegment[];
    } | null;
    readonly differences: readonly Difference[];
    readonly completeness: readonly LogReport[];
}
export declare const passportExitCodes: Readonly<Record<PassportReport["verdict"], number>>;
