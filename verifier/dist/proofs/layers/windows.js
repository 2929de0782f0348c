import { add4, lift, mul4, sub4, zero } from "../field.js";
import { eqAll } from "../multilinear.js";
import { split } from "../shapes.js";
import { listed } from "../tables.js";
/* What softmax and normalisation have in common: windows along the last axis, and remainders of divisions (docs/spec/proofs-attention.md). */
export const mostEntries = 1024;
const base = 2 ** 11;
/** A number of the field with limbs of 11 bits. */
export const joined = (low, high) => add4(low, mul4(lift(base), high));
export const limbTable = listed(base, i => [i, 0]);
export const inTable = (tag, value) => [lift(tag), value, zero, zero];
/** c: which entries a window has, at a point; of a causal one up to its row's number. */
export function countsAt(shape, causal, point) {
    const axes = split(shape, point), entries = eqAll(axes.at(-1)), sums = [];
    for (const entry of entries.slice(0, shape.at(-1).size))
        sums.push(add4(sums.at(-1) ?? zero, entry));
    if (!causal)
        return sums.at(-1);
    return eqAll(axes.at(-2)).reduce((sum, row, i) => add4(sum, mul4(row, sums[Math.min(i, sums.length - 1)])), zero);
}
const less = (twice, value) => sub4(sub4(twice, lift(1)), value);
export const remainderOf = (wide) => wide
    ? {
        columns: 3, said: 2, lookupCount: 4, value: ([low, high]) => joined(low, high),
        lookups: ([low, high, rest], twice, limbs) => [low, high, rest, sub4(less(twice, joined(low, high)), mul4(lift(base), rest))].map(x => inTable(limbs, x)),
    }
    : { columns: 1, said: 1, lookupCount: 2, value: ([rest]) => rest, lookups: ([rest], twice) => [rest, less(twice, rest)].map(x => inTable(0, x)) };
