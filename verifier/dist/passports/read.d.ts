import { type Bytes } from "../bytes.js";
import { type Checkpoint } from "../checkpoint.js";
import { type Note } from "../note.js";
export declare const passportType = "application/vnd.assay.passport.v1";
/** An entry, or the head of a complete subtree over entries that are left out. */
export type Item = {
    readonly entry: Bytes;
} | {
    readonly entry: null;
    readonly height: number;
    readonly head: Bytes;
};
export interface KeyCount {
    readonly key: string;
    readonly count: number;
    readonly records: Bytes;
}
export interface IndexPart {
    readonly index: number;
    readonly note: Note | null;
    readonly keys: readonly KeyCount[];
}
export interface PassportLog {
    readonly origin: string;
    readonly note: Checkpoint;
    readonly items: readonly Item[];
    readonly index: IndexPart | null;
}
export interface SaidProven {
    readonly passes: number;
    readonly failures: number;
    readonly bound?: number;
}
/** What a passport says of a segment, in the order of its members. */
export interface SaidSegment {
    readonly model: string;
    readonly profile: string;
    readonly region: string;
    readonly owner: number;
    readonly records: number;
    readonly epochs: number;
    readonly epochsWithoutDraw: number;
    readonly disputed: number;
    readonly life: SaidProven;
    readonly trailing: SaidProven;
    readonly epoch?: {
        readonly lower: number;
        readonly upper: number;
    };
    readonly canary: SaidProven;
    readonly alarmed: boolean;
    readonly faults: number;
}
export interface Passport {
    readonly account: {
        readonly roots: string;
        readonly service: string;
        readonly oracle: string;
    };
    readonly folder: string;
    readonly step: number;
    readonly logs: readonly PassportLog[];
    readonly segments: readonly SaidSegment[];
}
export declare function parsePassport(bytes: Bytes): Passport;
