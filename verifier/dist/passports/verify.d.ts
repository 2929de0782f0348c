import { type Bytes } from "../bytes.js";
import { Account } from "../accounts/fold.js";
import { type AccountStep } from "../accounts/events.js";
import type { Policy } from "../policy.js";
import { type Passport } from "./read.js";
import type { PassportReport } from "./report.js";
/** Told what is met while a passport is recomputed: for what rests on more than the last state. It holds only if the passport does. */
export interface Watch {
    /** An epoch was settled: the last of the segment at this place. */
    settled(account: Account, place: number): void;
    /** A step was folded. */
    stepped(account: Account, step: AccountStep): void;
}
/** Recomputes a passport and judges it by a policy (docs/spec/passports.md, sections 3 and 4). */
export declare function verifyPassport(bytes: Bytes, policy: Policy | null): Promise<PassportReport>;
/** The same of a passport that was read. */
export declare function verifyParsed(passport: Passport, policy: Policy | null, watch: Watch | null): Promise<PassportReport>;
