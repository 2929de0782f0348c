import { rateWithoutReplacement } from "../statistics/index.js";
import type { Cover, Look, MarketEvent } from "./events.js";
import { windowNames, type Figures, type Place, type Window } from "./read.js";

/* docs/spec/market.md, sections 3 and 4: a cover from its purchase to its end, by the events that are at hand. */

/** An event of the journal, at its entry's time. */
export interface Step { readonly place: Place; readonly time: number; readonly event: MarketEvent }

export const compare = (a: Place, b: Place): number => a.entry - b.entry || a.event - b.event;

export interface Replay {
  /** The look that it was sold by, and the newest when it was settled. */
  readonly bought: Look;
  readonly ended: Look;
  /** The look at which its window began, or null. */
  readonly attached: Look | null;
  readonly settled: Place | null;
  readonly figures: Figures;
}

const zero = Object.fromEntries(windowNames.map(n => [n, 0])) as Window;

/** Null where no terms or no look at the account with this segment come before the purchase. */
export function replay(cover: Cover, opened: Place, steps: readonly Step[]): Replay | null {
  let grace: number | null = null, newest: Look | null = null, bought: Look | null = null, attached: Look | null = null, attachAt = 0, settled: Place | null = null;
  for (const { place, time, event } of steps) {
    if (compare(place, opened) === 0) {
      const seen: Look["segments"][number] | undefined = newest?.segments[cover.segment];
      if (seen === undefined || grace === null) return null;
      bought = newest;
      attachAt = seen.epochs + seen.waiting + grace;
      continue;
    }
    if (bought === null) {
      if (event.do === "terms") grace = event.grace;
      if (event.do === "look" && event.account === cover.account) newest = event;
      continue;
    }
    if (event.do === "look" && event.account === cover.account) {
      newest = event;
      const seen = event.segments[cover.segment];
      if (attached === null && seen !== undefined && seen.epochs >= attachAt) attached = event;
      if (time >= cover.until || (attached !== null && windowOf(attached, event, cover.segment).records >= cover.records)) settled = place;
    } else if (event.do === "tick" && time >= cover.until) settled = place;
    if (settled !== null) break;
  }
  if (bought === null || newest === null) return null;
  return { bought, ended: newest, attached, settled, figures: figuresOf(cover, attached === null ? zero : windowOf(attached, newest, cover.segment)) };
}

function windowOf(from: Look, to: Look, segment: number): Window {
  const [a, b] = [from.segments[segment], to.segments[segment]];
  return a === undefined || b === undefined ? zero : Object.fromEntries(windowNames.map(n => [n, b[n] - a[n]])) as Window;
}

const million = 1_000_000n;

/** What a cover pays, as a function of its window's counts. */
export function figuresOf({ threshold, width, sum }: Pick<Cover, "threshold" | "width" | "sum">, window: Window): Figures {
  const [records, passes, failures, undecided, neither] = [window.records, window.passes, window.failures, window.undecided, window.neither].map(BigInt) as [bigint, bigint, bigint, bigint, bigint];
  const judged = passes + failures, rate = judged === 0n ? 0n : failures * million / judged;
  const triggered = records > 0n && rateWithoutReplacement(records, { passes: passes + neither + undecided, failures })[0] > BigInt(threshold);
  const above = rate - BigInt(threshold), [w, all] = [BigInt(width), BigInt(sum)];
  const payout = triggered && above > 0n ? all * (above < w ? above : w) / w : 0n;
  return { window, triggered, rate: Number(rate), payout: Number(payout), premiumBack: judged === 0n };
}
