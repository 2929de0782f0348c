import type { AuditEvent, Canary, Challenge, Draw, Refusal, Seed, Verdicts } from "./events.js";
import type { Log } from "./log.js";
/** A draw in its auditor's log, and the letters that follow it, as far as it is judged. */
export interface LoggedDraw {
    readonly index: number;
    readonly event: Draw;
    letters: string;
}
/** What a fold reads of an auditor's log, in the order of the log. */
export type Reading = {
    readonly index: number;
    readonly event: Refusal | Challenge;
} | {
    readonly index: number;
    readonly event: Draw;
    readonly draw: LoggedDraw;
} | {
    readonly index: number;
    readonly event: Verdicts;
    readonly of: {
        readonly draw: LoggedDraw;
    } | {
        readonly canary: Canary;
    };
};
/** The audit entries of one log, and the rules by which it refuses them (docs/spec/audits.md). */
export declare class AuditBook {
    private readonly log;
    readonly readings: Reading[];
    private readonly seeds;
    private readonly draws;
    private readonly lastDrawn;
    private readonly canaries;
    private readonly lastCanary;
    private readonly plants;
    private readonly opened;
    private readonly accounts;
    private readonly journals;
    constructor(log: Log);
    /** The commitments of a key's epoch, in the order of the log. */
    seedsOf(key: string, epoch: number): readonly {
        readonly index: number;
        readonly event: Seed;
    }[];
    /** Takes an event that is signed as it must be, or refuses it and is as before. */
    add(index: number, event: AuditEvent, what: string): Promise<void>;
    private addSeed;
    private addDraw;
    private addVerdicts;
    private addPlant;
    private addAccount;
    private addJournal;
}
