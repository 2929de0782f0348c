import { proven, rateWithoutReplacement, whole, type Counts } from "../statistics/index.js";
import { Letters } from "./letters.js";
import type { SegmentAccount } from "./segment.js";

/* docs/spec/accounts-fold.md, section 5: what is published of a segment. Rates are of failures, in millionths. */

/** A proven bound with the counts it rests on; at 1,000,000 the answer is "insufficient data". */
export interface Proven extends Counts {
  readonly bound: bigint;
}

export interface Figures {
  readonly proven: Proven;
  /** Of the last 32 settled epochs. */
  readonly recent: Proven;
  /** Of the last settled epoch's records; null where none is settled. */
  readonly epoch: { readonly records: number; readonly drawn: number; readonly lower: bigint; readonly upper: bigint } | null;
  readonly canary: Proven;
  readonly alarmed: boolean;
  readonly faults: number;
}

const provenBy = (counts: Counts): Proven => ({ ...counts, bound: proven(counts) });

export function figuresOf(segment: SegmentAccount): Figures {
  const recent = new Letters();
  for (const { letters } of segment.last) letters.counts.forEach((n, i) => recent.counts[i]! += n);
  return {
    proven: provenBy(segment.traffic.tally), recent: provenBy(recent.tally), epoch: epochFigures(segment), canary: provenBy(segment.canaries.tally),
    alarmed: segment.alarmed, faults: segment.faults,
  };
}

function epochFigures({ last }: SegmentAccount): Figures["epoch"] {
  const epoch = last.at(-1);
  if (epoch === undefined) return null;
  const { records, letters } = epoch, drawn = letters.counts.reduce((a, b) => a + b, 0), undecided = letters.of("x"), failures = letters.failures;
  const ends = (failing: number) => rateWithoutReplacement(BigInt(records), { passes: BigInt(drawn - failing), failures: BigInt(failing) });
  return { records, drawn, lower: ends(failures)[0], upper: ends(failures + undecided)[1] };
}

/** Seconds for which a certificate of these figures is valid from the step's time. */
export const validFor = 2_592_000;

/** The bound to choose by: the larger of both proven bounds; null where the segment is not to be chosen. */
export const chosenBy = (figures: Figures, stepTime: number, now: number): bigint | null => {
  if (figures.alarmed || now >= stepTime + validFor) return null;
  const bound = figures.proven.bound > figures.recent.bound ? figures.proven.bound : figures.recent.bound;
  return bound === whole ? null : bound;
};
