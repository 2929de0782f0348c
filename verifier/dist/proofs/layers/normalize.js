import { add4, lift, mul4, sub4 } from "../field.js";
import { eq, logOf } from "../multilinear.js";
import { demandShape, logSize } from "../shapes.js";
import { listed } from "../tables.js";
import { demandFigures, isInt8 } from "./scaled.js";
import { countsAt, inTable, joined, limbTable, mostEntries, remainderOf } from "./windows.js";
const times = (n, value) => mul4(lift(n), value);
/** Layer normalisation over the last axis (docs/spec/proofs-attention.md, section 3). */
export function normalize(layer, shape, logRange) {
    const { gain, epsilon, zeroPoint, low, high, input } = layer, window = shape.at(-1), n = window.size, rows = shape.slice(0, -1);
    demandShape(shape.length >= 2, "a normalisation wants entries behind the batch");
    const f = 2 ** Math.floor((16 - logOf(n)) / 2), h = Math.floor(n / 2), remainder = remainderOf(logRange < 16), size = 2 + remainder.columns;
    // Columns of entries: y, q, ρ (or l, h, k); said: s, μ, m, X. Of windows: μ, μ₁, m, s, s₁, X, a₀, a₁, b₁.
    const of = { mean: size, meanHigh: size + 1, rest: size + 2, root: size + 3, rootHigh: size + 4, squares: size + 5, low: size + 6, high: size + 7, above: size + 8 };
    const entryLookups = (values, tag) => [
        [lift(tag), values[1], values[0], lift(0)], ...remainder.lookups(values.slice(2, size), times(2, values[size]), tag + 1),
    ];
    const windowLookups = ([mean, mean1, m, s, s1, , a0, a1, b1], tag) => [
        mean1, sub4(add4(mean, lift(128 * f)), times(32, mean1)), m, sub4(lift(n - 1), m), s1, sub4(s, times(16, s1)), a0, a1, b1,
        sub4(sub4(sub4(times(2, s), lift(1)), joined(a0, a1)), times(2 ** 11, b1)),
    ].map(value => inTable(tag + 1, value));
    return {
        view: false, shape, weights: [],
        tables: [listed(2 * gain + 1, i => [i - gain, Math.min(high, Math.max(low, zeroPoint + i - gain))]), limbTable],
        check: () => {
            demandFigures(n <= mostEntries && gain >= 1 && gain <= 8191 && epsilon >= 1 && epsilon <= 2 ** 22, "a normalisation's figures are out of range");
            demandFigures(isInt8(zeroPoint) && isInt8(low) && isInt8(high) && low <= high, "a clamp is out of range");
        },
        sections: tag => [
            {
                log: logSize(shape), committed: [...new Array(size).fill(true), false, false, false, false],
                lookups: Array.from({ length: 1 + remainder.lookupCount }, (_, i) => (values) => entryLookups(values, tag)[i]),
            },
            { log: logSize(rows), committed: new Array(9).fill(true), lookups: Array.from({ length: 10 }, (_, i) => (values) => windowLookups(values, tag)[i]) },
        ],
        relate: (r, [known]) => {
            const { point, values } = known, row = point.slice(0, point.length - window.log), [s0, mean0, m0, squares0] = values.slice(size);
            r.column(of.root, row, s0);
            r.column(of.mean, row, mean0);
            r.column(of.rest, row, m0);
            r.column(of.squares, row, squares0);
            // What is said of the windows is of degree one in their point too.
            r.challengeCount += row.length;
            const tau = r.challenges(point.length), [zeta, xi, zeta2] = r.challenges(3);
            const sums = add4(sub4(add4(times(n, mean0), m0), lift(h)), mul4(zeta2, squares0)), { point: z, claim } = r.sumcheck(mul4(xi, sums), tau.length, 3);
            const said = r.evaluations(8 + remainder.said), [x, q] = said, [mean, m, s, squares, a0, a1] = said.slice(-6);
            const c = countsAt(shape, false, z), behind = z.slice(0, row.length), rest = remainder.value(said.slice(2));
            const division = sub4(sub4(add4(times(2 * gain, mul4(c, sub4(times(f, x), mean))), s), mul4(times(2, s), q)), rest);
            const variance = sub4(sub4(times(f * f, squares), times(n, mul4(mean, mean))), mul4(times(2, mean), sub4(m, lift(h))));
            const root = sub4(sub4(add4(add4(variance, lift(epsilon - 1)), s), mul4(s, s)), joined(a0, a1));
            const inWindow = mul4(c, add4(times(f, x), mul4(zeta2, mul4(x, x))));
            r.demand(claim, add4(mul4(eq(tau, z), add4(division, mul4(zeta, root))), mul4(mul4(xi, eq(row, behind)), inWindow)), "zerocheck", "a normalisation is not that of its window");
            r.tensor(input, z, x);
            said.slice(1, 2 + remainder.said).forEach((value, i) => r.column(1 + i, z, value));
            [[of.mean, mean], [of.rest, m], [of.root, s], [of.squares, squares], [of.low, a0], [of.high, a1]].forEach(([part, value]) => r.column(part, behind, value));
        },
    };
}
