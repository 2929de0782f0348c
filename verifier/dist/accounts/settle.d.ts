import type { LoggedDraw } from "./auditbook.js";
import type { AuditorTally } from "./auditor.js";
import type { Seed } from "./events.js";
import type { Log } from "./log.js";
import type { SegmentAccount } from "./segment.js";
import type { Epoch } from "./servingkey.js";
type Commitment = {
    readonly index: number;
    readonly event: Seed;
};
/** The order of a draw if it counts, else null. */
export declare function orderIfCounts({ event: d }: LoggedDraw, epoch: Epoch, commitments: readonly Commitment[], provider: Log, auditor: AuditorTally): number[] | null;
/** An auditor that is read, and its draw from the epoch, if it logged one. */
export interface Reader {
    readonly tally: AuditorTally;
    readonly draw: LoggedDraw | null;
}
/** Settles an epoch of a key into its segment and the tallies of the auditors. */
export declare function settle(segment: SegmentAccount, epoch: Epoch, commitments: readonly Commitment[], provider: Log, readers: readonly Reader[]): void;
export {};
