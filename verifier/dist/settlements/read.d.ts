import type { Bytes } from "../bytes.js";
import { type Passport } from "../passports/read.js";
export declare const settlementType = "application/vnd.assay.settlement.v1";
/** Where an event stands in a journal: number of the entry, place in it. */
export interface Place {
    readonly entry: number;
    readonly event: number;
}
export declare const windowNames: readonly ["records", "epochs", "passes", "failures", "undecided", "neither"];
export type Window = Readonly<Record<typeof windowNames[number], number>>;
/** What came of a cover; `paid` is what each holder got, where that is said. */
export interface Figures {
    readonly window: Window;
    readonly triggered: boolean;
    readonly rate: number;
    readonly payout: number;
    readonly premiumBack: boolean;
}
export interface Paid {
    readonly kind: string;
    readonly number: number;
    readonly units: number;
}
export interface Settlement {
    readonly journal: string;
    readonly number: number;
    readonly opened: Place;
    readonly settled: Place;
    readonly says: Figures;
    readonly paid: readonly Paid[] | null;
    readonly passport: Passport;
}
export declare function parseSettlement(bytes: Bytes): Settlement;
