/* docs/spec/accounts.md, sections 4 to 7: what counts prove. */
import { exp, floorDiv, least, ln, lnFactorial, lnFactorialUp, lnUp, unit } from "./fixed.js";
/** All rates are of failures, in millionths. */
export const whole = 1000000n;
const threshold = 20n;
/** (16 D - j q) and 16 (D - q). */
export function passFactor(ratio, rate) {
    if (rate <= 0n || rate >= whole || ratio * rate >= 16n * whole)
        throw new RangeError(`no bet of ${ratio}/16 against a rate of ${rate} millionths`);
    return [16n * whole - ratio * rate, 16n * (whole - rate)];
}
/** WEALTH(J, q, S, F). */
export function wealth(ratios, rate, { passes, failures }) {
    let sum = 0n;
    for (const ratio of ratios) {
        const [up, down] = passFactor(ratio, rate);
        if (ratio === 0n && failures > 0n)
            continue;
        const x = passes * ln(up, down) + (ratio > 0n ? failures * ln(ratio, 16n) : 0n);
        sum += exp(least(x, 40n * unit));
    }
    return sum / BigInt(ratios.length);
}
/** The first of from .. to - 1 where a predicate holds that holds for good once it does; to where it never does. */
function first(from, to, holds) {
    while (from < to) {
        const middle = (from + to) / 2n;
        if (holds(middle))
            to = middle;
        else
            from = middle + 1n;
    }
    return to;
}
/** The proven failure bound: D where nothing is proven. */
export const proven = (counts) => first(1n, whole, rate => wealth([0n, 1n, 2n, 4n, 8n], rate, counts) >= threshold * unit);
/** The ends of the band. */
export function band({ passes: s, failures: f }) {
    const n = s + f;
    if (n === 0n)
        return [0n, whole];
    const mixture = lnFactorial(2n * s) + lnFactorial(2n * f) - lnFactorialUp(s) - lnFactorialUp(f) - lnFactorialUp(n) - n * lnUp(4n, 1n);
    const excluded = (p) => mixture + f * ln(whole, p) + s * ln(whole, whole - p) >= lnUp(threshold, 1n);
    const below = f * whole / n, above = (f * whole + n - 1n) / n;
    // Below the observed rate what is excluded comes first, above it last.
    const lower = first(1n, least(below, whole - 1n) + 1n, p => !excluded(p)) - 1n;
    const upper = first(above > 0n ? above : 1n, whole, excluded);
    return [lower, upper];
}
/** The smallest and the largest number of failing records among N that the drawn ones do not exclude. */
export function withoutReplacement(records, { passes: s, failures: f }) {
    const n = s + f;
    if (n > records)
        throw new RangeError(`${n} records drawn of ${records}`);
    if (n === 0n)
        return [0n, records];
    const fixedPart = ln(threshold * (n + 1n), 1n) - lnFactorial(f) - lnFactorial(s) - lnFactorial(records) + lnFactorial(n) + lnFactorial(records - n);
    const excluded = (k) => {
        const value = fixedPart + lnFactorial(k) - lnFactorial(k - f) + lnFactorial(records - k) - lnFactorial(records - k - s);
        if (value > 5n || value < -5n)
            return value < 0n;
        return threshold * (n + 1n) * choose(k, f) * choose(records - k, s) <= choose(records, n);
    };
    const mode = least(f * (records + 1n) / n, records - s);
    return [first(f, mode, k => !excluded(k)), first(mode + 1n, records - s + 1n, excluded) - 1n];
}
function choose(n, k) {
    let product = 1n;
    for (let i = 1n; i <= least(k, n - k); i++)
        product = product * (n + 1n - i) / i;
    return product;
}
/** The same as rates, rounded outward. */
export function rateWithoutReplacement(records, counts) {
    if (records === 0n)
        return [0n, whole];
    const [lowest, highest] = withoutReplacement(records, counts);
    return [lowest * whole / records, -floorDiv(-highest * whole, records)];
}
