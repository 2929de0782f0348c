import { type Counts } from "../statistics/index.js";
import type { SegmentAccount } from "./segment.js";
/** A proven bound with the counts it rests on; at 1,000,000 the answer is "insufficient data". */
export interface Proven extends Counts {
    readonly bound: bigint;
}
export interface Figures {
    readonly proven: Proven;
    /** Of the last 32 settled epochs. */
    readonly recent: Proven;
    /** Of the last settled epoch's records; null where none is settled. */
    readonly epoch: {
        readonly records: number;
        readonly drawn: number;
        readonly lower: bigint;
        readonly upper: bigint;
    } | null;
    readonly canary: Proven;
    readonly alarmed: boolean;
    readonly faults: number;
}
export declare function figuresOf(segment: SegmentAccount): Figures;
/** Seconds for which a certificate of these figures is valid from the step's time. */
export declare const validFor = 2592000;
/** The bound to choose by: the larger of both proven bounds; null where the segment is not to be chosen. */
export declare const chosenBy: (figures: Figures, stepTime: number, now: number) => bigint | null;
