import { p } from "./field.js";
import { logOf } from "./multilinear.js";
import { demand } from "./refusal.js";
const mostClaims = 2 ** 12, bits = 100n;
/** The numerator over |𝔽| of all terms but that of the queries. */
export function overField(c, { logColumns, logInverseRate }) {
    let tree = 0;
    for (let i = 1; i < c.depth; i++)
        tree += 3 * i + 2;
    const log = logOf(c.claims), theta = BigInt(c.rowCoordinates + log);
    return BigInt(c.leaves + tree + c.sumchecks + c.challenges + 2 * log + 2 * logColumns) + (theta << BigInt(logColumns + logInverseRate));
}
/** C2. */
export function demandSoundness(counts, parameters) {
    demand(counts.claims <= mostClaims, "calculator", `more than ${mostClaims} claims`);
    const { logColumns, logInverseRate, queries } = parameters, n = 1n << BigInt(logColumns + logInverseRate), e = (n - (1n << BigInt(logColumns))) / 2n;
    const missed = (n - e - 1n) ** BigInt(queries), all = n ** BigInt(queries), field = BigInt(p) ** 4n;
    // missed / all + over / field <= 2^-100
    demand(missed * field + overField(counts, parameters) * all << bits <= all * field, "calculator", "the proof's error may be above 2^-100");
}
