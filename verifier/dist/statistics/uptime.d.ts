import type { Counts } from "./bounds.js";
export interface Uptime {
    readonly probes: Counts;
    readonly repairs: Counts;
    readonly calms: Counts;
}
/** Probes in the order of their slots. */
export declare function foldUptime(repair: bigint, calm: bigint, probes: Iterable<readonly [slot: bigint, up: boolean]>): Uptime;
