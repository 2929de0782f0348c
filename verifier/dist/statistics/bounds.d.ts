/** Verdicts: fewer than 2^53 together. */
export interface Counts {
    readonly passes: bigint;
    readonly failures: bigint;
}
/** All rates are of failures, in millionths. */
export declare const whole = 1000000n;
/** (16 D - j q) and 16 (D - q). */
export declare function passFactor(ratio: bigint, rate: bigint): readonly [bigint, bigint];
/** WEALTH(J, q, S, F). */
export declare function wealth(ratios: readonly bigint[], rate: bigint, { passes, failures }: Counts): bigint;
/** The proven failure bound: D where nothing is proven. */
export declare const proven: (counts: Counts) => bigint;
/** The ends of the band. */
export declare function band({ passes: s, failures: f }: Counts): readonly [lower: bigint, upper: bigint];
/** The smallest and the largest number of failing records among N that the drawn ones do not exclude. */
export declare function withoutReplacement(records: bigint, { passes: s, failures: f }: Counts): readonly [lowest: bigint, highest: bigint];
/** The same as rates, rounded outward. */
export declare function rateWithoutReplacement(records: bigint, counts: Counts): readonly [lower: bigint, upper: bigint];
