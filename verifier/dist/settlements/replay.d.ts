import type { Cover, Look, MarketEvent } from "./events.js";
import { type Figures, type Place, type Window } from "./read.js";
/** An event of the journal, at its entry's time. */
export interface Step {
    readonly place: Place;
    readonly time: number;
    readonly event: MarketEvent;
}
export declare const compare: (a: Place, b: Place) => number;
export interface Replay {
    /** The look that it was sold by, and the newest when it was settled. */
    readonly bought: Look;
    readonly ended: Look;
    /** The look at which its window began, or null. */
    readonly attached: Look | null;
    readonly settled: Place | null;
    readonly figures: Figures;
}
/** Null where no terms or no look at the account with this segment come before the purchase. */
export declare function replay(cover: Cover, opened: Place, steps: readonly Step[]): Replay | null;
/** What a cover pays, as a function of its window's counts. */
export declare function figuresOf({ threshold, width, sum }: Pick<Cover, "threshold" | "width" | "sum">, window: Window): Figures;
