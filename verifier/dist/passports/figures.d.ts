import type { Account } from "../accounts/fold.js";
import type { SegmentAccount } from "../accounts/segment.js";
import type { SaidSegment } from "./read.js";
import type { Difference } from "./report.js";
/** What a passport must say of a segment. */
export declare function published(segment: SegmentAccount): SaidSegment;
/** Digit by digit. */
export declare function segmentDifferences(said: readonly SaidSegment[], account: Account): Difference[];
