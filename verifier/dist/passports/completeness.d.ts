import type { AccountStep } from "../accounts/events.js";
import type { Policy } from "../policy.js";
import type { Passport } from "./read.js";
import { ShownLog } from "./shownlog.js";
import type { Difference, LogReport } from "./report.js";
type Role = LogReport["roles"][number];
export declare function rolesOf(passport: Passport, last: AccountStep | null, origin: string): Role[];
/** What an index shows, if all of it holds: below which size, and whether the policy's indexers say so. */
export interface Indexed {
    readonly upTo: number;
    readonly byIndexers: boolean;
}
export declare function completenessOf(log: ShownLog, roles: readonly Role[], last: AccountStep | null, indexed: Indexed | null, logs: readonly ShownLog[]): Omit<LogReport, "trusted" | "trust">;
/** Checks an INDEX against the shown entries: what does not hold, or how far it reaches. */
export declare function checkIndex(passport: Passport, shown: ShownLog, isProvider: boolean, policy: Policy | null, where: string): Promise<{
    differences: Difference[];
    found: Indexed | null;
}>;
export {};
