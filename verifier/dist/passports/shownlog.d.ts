import { type Entry } from "../accounts/entry.js";
import { Log } from "../accounts/log.js";
import type { Difference } from "./report.js";
import type { Item, PassportLog } from "./read.js";
/** The entry of an item, or null where it has none, or bytes that are none. */
export declare function peek(item: Item): Entry | null;
/** A log of a passport as it is read, item after item. What does not hold ends the reading. */
export declare class ShownLog {
    readonly part: PassportLog;
    private readonly where;
    readonly log: Log;
    /** What did not hold. */
    problem: Difference | null;
    /** The size above which entries are left out, from the first on that is. */
    wholeUpTo: number;
    private next;
    constructor(part: PassportLog, where: string);
    /** Reads up to a size; whether the log is cut there. */
    advance(size: number): Promise<boolean>;
    /** Reads all that is left. */
    finish(): Promise<void>;
    private item;
}
