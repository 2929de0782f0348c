import { type Counts } from "./bounds.js";
/** The rate that a segment's first verdicts set, or null where they are no baseline. */
export declare function baseline(counts: Counts): bigint | null;
/** The ratios that are watched for above a rate, in sixteenths. */
export declare const ratiosAbove: (rate: bigint) => bigint[];
/** The state after one more verdict; a state begins as one 0 for each ratio. */
export declare const step: (state: readonly bigint[], ratios: readonly bigint[], rate: bigint, failed: boolean) => bigint[];
export declare const alarms: (state: readonly bigint[]) => boolean;
/** The evidence that a promised rate is exceeded, in units. */
export declare const excess: (promised: bigint, counts: Counts) => bigint;
