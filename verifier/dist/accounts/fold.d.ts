import { type Bytes } from "../bytes.js";
import type { LoggedDraw } from "./auditbook.js";
import { AuditorTally } from "./auditor.js";
import type { Log } from "./log.js";
import { SegmentAccount } from "./segment.js";
import type { ServingKey } from "./servingkey.js";
/** Seconds after which an epoch is settled, whoever is not done. */
export declare const patience = 1209600;
export interface KeyProgress {
    readonly id: string;
    readonly key: ServingKey;
    readonly segment: number;
    settled: number;
    /** Epochs that have ended and are not settled: those below a number are known since a time. */
    readonly known: {
        readonly below: number;
        readonly since: number;
    }[];
}
interface FollowedAuditor {
    readonly log: Log;
    readonly tally: AuditorTally;
    /** How many of its log's readings were folded. */
    read: number;
    /** Draws from epochs that are not settled, by key and epoch. */
    readonly draws: Map<string, LoggedDraw>;
}
/** An account's id, for the oracle replay and no task. */
export declare const accountId: (rootSet: Bytes, service: string) => Bytes;
/** The account of one service of the provider whose log this is. */
export declare class Account {
    private readonly provider;
    readonly service: string;
    readonly id: Bytes;
    steps: number;
    time: number;
    readonly segments: SegmentAccount[];
    readonly keys: KeyProgress[];
    /** In the order in which they were first read. */
    readonly auditors: FollowedAuditor[];
    /** As the last step read them: the provider's, then auditors' in ascending order of origin. */
    logs: {
        readonly origin: string;
        readonly size: number;
        readonly root: Bytes;
    }[];
    constructor(provider: Log, service: string);
    /** One step: all that the logs hold now is read. Told of each epoch right after it was settled is its segment's place. */
    step(time: number, auditors: readonly Log[], settled?: (place: number) => void): void;
    private readSizes;
    private follow;
    /** New keys and segments, and epochs that have ended and are not known yet. */
    private learn;
    private read;
    private keyOf;
    private readOne;
    private readCanary;
    private oldest;
    private isDue;
    private settleOldest;
}
export {};
