import type { Policy } from "../policy.js";
import { type ShownLog } from "./shownlog.js";
/** Whether a policy believes a log: its key, its witnesses, and of the provider's the roots. */
export declare function trustOf({ part }: ShownLog, isProvider: boolean, policy: Policy | null): Promise<{
    trusted: boolean | null;
    trust: string;
}>;
