import type { Counts } from "../statistics/index.js";
export declare const letterOrder = "drvowux";
/** How often each letter came, in that order. */
export declare class Letters {
    readonly counts: number[];
    add(letter: string): void;
    of(letter: string): number;
    get passes(): number;
    get failures(): number;
    /** As the statistics take them. */
    get tally(): Counts;
}
/** What a letter counts as. */
export declare const countsAs: (letter: string) => "pass" | "failure" | null;
