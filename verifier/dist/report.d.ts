import type { WeightsFooting } from "./evidence.js";
/** The twelve axes, in the order of a report. */
export declare const axes: readonly ["integrity", "signature", "log", "witnesses", "key", "time", "model", "input", "output", "execution", "venue", "completeness"];
export type Axis = (typeof axes)[number];
export type Status = "verified" | "refuted" | "unverifiable" | "not-checked";
export type Verdict = "accepted" | "rejected" | "no-policy" | "unsupported" | "malformed";
export interface Check {
    readonly axis: Axis;
    readonly status: Status;
    readonly reason: string;
    /** A sentence for people; not part of the specification. */
    readonly detail: string;
    /** Of the execution where a bundle's proof holds: on what it rests that the model's weights are well-formed. */
    readonly weights?: WeightsFooting;
}
/** What a check of one axis gives. */
export type Judgement = Omit<Check, "axis">;
export declare const verified: (reason: string, detail: string) => Judgement;
export declare const refuted: (reason: string, detail: string) => Judgement;
export declare const unverifiable: (reason: string, detail: string) => Judgement;
export declare const notChecked: (reason: string, detail: string) => Judgement;
/** A retire or compromise event, at its index; numbers are decimal in `--json` too. */
export interface Revocation {
    readonly action: "retire" | "compromise";
    readonly index: number;
    readonly from?: number;
}
/** What the receipt says of itself, for whoever reads the report. */
export interface Facts {
    readonly recordId: string;
    readonly statement: string;
    readonly logIndex: number;
    readonly sequence: number;
    readonly clientNonce: string | null;
    readonly origin: string;
    readonly node: string;
    readonly keyId: string;
    readonly model: string;
    readonly manifest: string;
    readonly profile: string;
    readonly requestedAt: string;
    readonly completedAt: string;
}
export interface Report {
    readonly headline: string;
    readonly accepted: boolean;
    readonly verdict: Verdict;
    readonly policy: string | null;
    readonly checks: readonly Check[];
    readonly revocations: readonly Revocation[];
    readonly receipt: Facts | null;
}
/** Exit codes of the command line. */
export declare const exitCodes: Readonly<Record<Verdict, number>>;
