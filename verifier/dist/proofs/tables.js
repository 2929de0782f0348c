import { embed } from "./field.js";
import { logOf } from "./multilinear.js";
/** The least accumulator that gives y or more before the clamp: ⌈((y - zp) 2^s - 2^(s-1)) / m⌉. */
function least(g, y) {
    const m = BigInt(g.multiplier), above = (BigInt(y - g.zeroPoint) << BigInt(g.shift)) - (1n << BigInt(g.shift - 1)), quotient = above / m;
    return above % m > 0n ? quotient + 1n : quotient;
}
const clip = (n, bound) => (n < -BigInt(bound) ? -bound : n > BigInt(bound) ? bound + 1 : Number(n));
/** The accumulators of [-bound, bound] by the y that they give, before they are cut: from the least of y up to the least of y + 1. */
function pieces(g, bound) {
    const found = [];
    for (let y = g.low; y <= g.high; y++) {
        const low = y === g.low ? -bound : clip(least(g, y), bound), high = y === g.high ? bound : clip(least(g, y + 1), bound) - 1;
        if (low <= high)
            found.push({ output: g.table === null ? y : g.table[y + 128], low, high });
    }
    return found;
}
/** @param bound B */
export function intervals(g, bound, logRange) {
    const most = 2 ** logRange;
    return pieces(g, bound).flatMap(({ output, low, high }) => Array.from({ length: Math.ceil((high - low + 1) / most) }, (_, i) => ({ output, low: low + i * most, high: Math.min(high, low + (i + 1) * most - 1) })));
}
const padded = (rows, log, of) => Uint32Array.from({ length: 2 ** log }, (_, i) => embed(of(rows[Math.min(i, rows.length - 1)])));
/** (y, L, U) of each interval. */
export function groupTable(g, bound, logRange) {
    return {
        most: 256 + Math.floor(2 * bound / 2 ** logRange),
        log: () => logOf(pieces(g, bound).reduce((sum, { low, high }) => sum + Math.ceil((high - low + 1) / 2 ** logRange), 0)),
        make: () => {
            const all = intervals(g, bound, logRange), log = logOf(all.length);
            return [padded(all, log, i => i.output), padded(all, log, i => i.low), padded(all, log, i => i.high)];
        },
    };
}
/** (a, b, 0) of each of so many rows. */
export const listed = (count, row) => ({
    most: count, log: () => logOf(count),
    make: () => {
        const rows = Array.from({ length: count }, (_, i) => row(i)), log = logOf(count);
        return [padded(rows, log, ([a]) => a), padded(rows, log, ([, b]) => b), new Uint32Array(2 ** log)];
    },
});
/** (y, x, 0) of each x from -128 on. */
export const functionTable = (table) => listed(table.length, i => [table[i], i - 128]);
