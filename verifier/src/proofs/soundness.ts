import { p } from "./field.js";
import { logOf } from "./multilinear.js";
import type { Parameters } from "./model.js";
import { demand } from "./refusal.js";

/* The calculator (section 9), in whole numbers: no more than 2^-100 of error. */

/** What a verifier has counted. */
export interface Counts {
  /** N + T */
  readonly leaves: number;
  /** d */
  readonly depth: number;
  /** Σ degree · rounds, but of tree and opening. */
  readonly sumchecks: number;
  /** Challenges of zerochecks and merges, one each. */
  readonly challenges: number;
  /** Distinct challenge coordinates in the row parts of all claims. */
  readonly rowCoordinates: number;
  /** m */
  readonly claims: number;
}

const mostClaims = 2 ** 12, bits = 100n;

/** The numerator over |𝔽| of all terms but that of the queries. */
export function overField(c: Counts, { logColumns, logInverseRate }: Parameters): bigint {
  let tree = 0;
  for (let i = 1; i < c.depth; i++) tree += 3 * i + 2;
  const log = logOf(c.claims), theta = BigInt(c.rowCoordinates + log);
  return BigInt(c.leaves + tree + c.sumchecks + c.challenges + 2 * log + 2 * logColumns) + (theta << BigInt(logColumns + logInverseRate));
}

/** C2. */
export function demandSoundness(counts: Counts, parameters: Parameters): void {
  demand(counts.claims <= mostClaims, "calculator", `more than ${mostClaims} claims`);
  const { logColumns, logInverseRate, queries } = parameters, n = 1n << BigInt(logColumns + logInverseRate), e = (n - (1n << BigInt(logColumns))) / 2n;
  const missed = (n - e - 1n) ** BigInt(queries), all = n ** BigInt(queries), field = BigInt(p) ** 4n;
  // missed / all + over / field <= 2^-100
  demand(missed * field + overField(counts, parameters) * all << bits <= all * field, "calculator", "the proof's error may be above 2^-100");
}
