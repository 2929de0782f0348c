import type { Bytes } from "../bytes.js";
import { type Window } from "./read.js";
export interface SegmentLook extends Window {
    readonly waiting: number;
    readonly alarmed: boolean;
    readonly expected: number;
    readonly hazard: number;
    readonly memoryPasses: number;
    readonly memoryFailures: number;
}
export interface AuditorLook {
    readonly origin: string;
    readonly logKey: string;
    readonly commitments: number;
    readonly contradicted: number;
}
export interface Look {
    readonly do: "look";
    readonly account: string;
    readonly step: number;
    readonly segments: readonly SegmentLook[];
    readonly auditors: readonly AuditorLook[];
}
export interface Cover {
    readonly do: "cover";
    readonly account: string;
    readonly segment: number;
    readonly threshold: number;
    readonly width: number;
    readonly records: number;
    readonly sum: number;
    readonly until: number;
}
/** Of terms only the grace is used here; of what has another name, nothing. */
export type MarketEvent = Look | Cover | {
    readonly do: "terms";
    readonly grace: number;
} | {
    readonly do: "tick";
} | {
    readonly do: "another";
};
export declare const mostSegments = 32, mostAuditors = 64;
/** u8(n), n bytes of signature, text. That the participant signed is not asked: its key need not be shown. */
export declare function readMarketEvent(bytes: Bytes): MarketEvent;
