import { type Case } from "./judge.js";
import { type Judgement } from "./report.js";
export declare function integrity({ bundle: b }: Case): Judgement;
export declare function signature(c: Case): Promise<Judgement>;
export declare function log(c: Case): Promise<Judgement>;
/** The axis witnesses, and the time at which a quorum had cosigned (Unix seconds), if it is verified. */
export declare function witnesses(c: Case): Promise<{
    judgement: Judgement;
    since: bigint | null;
}>;
export declare function key(c: Case): Promise<Judgement>;
export declare function time(c: Case, since: bigint | null): Judgement;
export declare function model(c: Case): Promise<Judgement>;
/** The worse of the two parts; the input's where they are equal. */
export declare function input({ bundle: { receipt, disclosures } }: Case): Judgement;
export declare function completeness(c: Case): Promise<Judgement>;
