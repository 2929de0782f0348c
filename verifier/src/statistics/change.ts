/* docs/spec/accounts.md, sections 8 and 9: silent change, and excess over a promise. */
import { least, unit } from "./fixed.js";
import { band, passFactor, wealth, whole, type Counts } from "./bounds.js";

const ladder = [20n, 24n, 32n, 48n, 64n, 128n, 256n];
const limit = (1n << 112n) - 1n;

/** The rate that a segment's first verdicts set, or null where they are no baseline. */
export function baseline(counts: Counts): bigint | null {
  if (counts.passes + counts.failures < 100n) return null;
  const rate = band(counts)[1];
  return ladder[0]! * rate <= 12n * whole ? rate : null;
}

/** The ratios that are watched for above a rate, in sixteenths. */
export const ratiosAbove = (rate: bigint): bigint[] => ladder.filter(j => j * rate <= 12n * whole).slice(-5);

/** The state after one more verdict; a state begins as one 0 for each ratio. */
export const step = (state: readonly bigint[], ratios: readonly bigint[], rate: bigint, failed: boolean): bigint[] => state.map((m, i) => {
  if (failed) return least(((m + unit) * ratios[i]!) / 16n, limit);
  const [up, down] = passFactor(ratios[i]!, rate);
  return (m + unit) * (up * unit / down) / unit;
});

export const alarms = (state: readonly bigint[]): boolean =>
  state.reduce((sum, m) => sum + m, 0n) >= 10_000n * unit * BigInt(state.length);

/** The evidence that a promised rate is exceeded, in units. */
export const excess = (promised: bigint, counts: Counts): bigint => wealth(ratiosAbove(promised), promised, counts);
