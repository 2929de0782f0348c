import type { Segment } from "../events.js";
import { Letters } from "./letters.js";
export declare const keptEpochs = 32, keptFaults = 256, baselineVerdicts = 1000;
export interface SettledEpoch {
    readonly records: number;
    readonly letters: Letters;
}
export declare class SegmentAccount {
    readonly segment: Segment;
    readonly owner: number;
    records: number;
    epochs: number;
    epochsWithoutDraw: number;
    disputed: number;
    faults: number;
    readonly traffic: Letters;
    readonly canaries: Letters;
    /** Oldest first. */
    readonly last: SettledEpoch[];
    readonly namedFaults: {
        readonly key: string;
        readonly sequence: number;
    }[];
    readonly change: Change;
    constructor(segment: Segment, owner: number);
    get alarmed(): boolean;
    /** A record that a challenge shows to diverge. */
    fault(key: string, sequence: number): void;
    /** Settles an epoch with its records' verdicts in ascending order of sequence. */
    settle(records: number, withDraw: boolean, verdicts: readonly string[], disputed: number): void;
}
/** The change detector of a segment: of its first verdicts the baseline, then a state. */
export declare class Change {
    passes: number;
    failures: number;
    /** In millionths; 0 for none. */
    rate: bigint;
    verdicts: number;
    alarms: number;
    alarmVerdict: number;
    alarmEpochs: number;
    state: bigint[];
    private ratios;
    /** @param epochs how many epochs were settled before this verdict's. */
    verdict(failed: boolean, epochs: number): void;
    private fit;
}
