import { Letters } from "./letters.js";
/** What an account shows of one auditor (docs/spec/accounts-fold.md, section 3): so nobody's word hides in a sum. */
export declare class AuditorTally {
    readonly origin: string;
    readonly logKey: string;
    readonly selfSampled: boolean;
    /** Commitments for settled epochs. */
    commitments: number;
    draws: number;
    drawsNotCounted: number;
    /** Secrets that its draws lack. */
    missing: number;
    /** Drawn records without a verdict. */
    unjudged: number;
    late: number;
    refusals: number;
    contradicted: number;
    readonly traffic: Letters;
    readonly canaries: Letters;
    /** @param selfSampled whether its genesis names a key of the provider's. */
    constructor(origin: string, logKey: string, selfSampled: boolean);
}
