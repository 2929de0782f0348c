import { type Counts } from "./bounds.js";
interface Memory {
    readonly passes: bigint;
    readonly failures: bigint;
    readonly score: bigint;
}
export interface Forecast {
    readonly epochs: bigint;
    readonly calm: bigint;
    readonly changes: bigint;
    readonly sinceAlarm: bigint;
    readonly time: bigint;
    readonly memories: readonly Memory[];
    readonly record: {
        readonly verdicts: Counts;
        readonly expectedFailures: bigint;
        readonly score: bigint;
        readonly plainScore: bigint;
    };
}
export declare const noForecast: Forecast;
/** The failure rate expected of the next epoch, in millionths. */
export declare function expected(forecast: Forecast): bigint;
/** The chance of an alarm in an epoch of a segment that is not alarmed, in millionths. */
export declare const hazard: ({ changes, calm }: Forecast) => bigint;
/** What the memory holds that weighs most, in whole verdicts. */
export declare function remembered(forecast: Forecast): Counts;
/** After an epoch that closed at a time in seconds. */
export declare function close(forecast: Forecast, time: bigint, counts: Counts, alarm: boolean): Forecast;
export {};
