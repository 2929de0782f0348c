import { add4, lift, mul4, sub4 } from "../field.js";
import { eq } from "../multilinear.js";
import { demandShape, logSize } from "../shapes.js";
import { listed } from "../tables.js";
import { demandFigures } from "./scaled.js";
import { countsAt, inTable, limbTable, mostEntries, remainderOf } from "./windows.js";
const isExponent = (e, most) => Number.isInteger(e) && e >= 0 && e <= most;
/** Softmax over the last axis (docs/spec/proofs-attention.md, section 2). */
export function softmax(layer, shape, logRange) {
    const { exponents, causal, input } = layer, window = shape.at(-1), rows = shape.slice(0, -1), first = exponents[0] ?? 0;
    demandShape(shape.length >= (causal ? 3 : 2), "a softmax wants entries behind the batch, a causal one rows too");
    const wide = 2 * window.size * first > 2 ** logRange, remainder = remainderOf(wide), size = 3 + remainder.columns, twice = (value) => add4(value, value);
    // Columns: y, e, σ, ρ (or l, h, k); said: x, M, S. Of windows: M, S.
    const counts = (point) => countsAt(shape, causal, point);
    return {
        view: false, shape, weights: [],
        tables: [listed(exponents.length, d => [d, exponents[d]]), listed(256, i => [i - 128, 0]), ...wide ? [limbTable] : []],
        check: () => {
            demandFigures(window.size <= mostEntries, `a softmax of more than ${mostEntries} entries`);
            demandFigures(exponents.length === 256 && first >= 1 && first <= 2 ** 11 && exponents.every(e => isExponent(e, first)), "exponents are out of range");
        },
        sections: tag => [{
                log: logSize(shape), committed: [...new Array(size).fill(true), false, false, false],
                lookups: [
                    values => [lift(tag), sub4(values[size + 1], values[size]), values[1], lift(0)],
                    ([y]) => inTable(tag + 1, y),
                    ...Array.from({ length: remainder.lookupCount }, (_, i) => (values) => remainder.lookups(values.slice(3, size), twice(values[size + 2]), tag + 2)[i]),
                ],
                numerators: [counts],
            }, { log: logSize(rows), committed: [true, true], lookups: [] }],
        relate: (r, [known]) => {
            const { point, values } = known, row = point.slice(0, point.length - window.log), sumThere = values[size + 2];
            r.tensor(input, point, values[size]);
            r.column(size, row, values[size + 1]);
            r.column(size + 1, row, sumThere);
            // What is said of the windows is of degree one in their point too.
            r.challengeCount += row.length;
            const tau = r.challenges(point.length), [zeta, xi, zeta2] = r.challenges(3);
            const { point: z, claim } = r.sumcheck(mul4(xi, add4(sumThere, zeta2)), tau.length, 3);
            const said = r.evaluations(6 + remainder.said), [y, e, chosen] = said, [x, largest, sum] = said.slice(-3);
            const c = counts(z), behind = z.slice(0, row.length), rest = remainder.value(said.slice(3));
            const division = sub4(sub4(add4(mul4(lift(510), mul4(c, e)), sum), mul4(twice(sum), add4(y, lift(128)))), rest);
            const placewise = mul4(eq(tau, z), add4(division, mul4(zeta, mul4(chosen, sub4(largest, x)))));
            r.demand(claim, add4(placewise, mul4(mul4(xi, eq(row, behind)), mul4(c, add4(e, mul4(zeta2, chosen))))), "zerocheck", "a softmax is not that of its window");
            said.slice(0, 3 + remainder.said).forEach((value, i) => r.column(i, z, value));
            r.tensor(input, z, x);
            r.column(size, behind, largest);
            r.column(size + 1, behind, sum);
        },
    };
}
