/* Which float32 a decimal says: the nearest one, of two the even one, rounded once from the text. A double between the two would round it twice. */
const view = new DataView(new ArrayBuffer(4));
/** The positive float32 with the next bits, a step up or down; what follows the greatest counts as 2^128. */
function beside(value, step) {
    view.setFloat32(0, value);
    view.setUint32(0, view.getUint32(0) + step);
    const next = view.getFloat32(0);
    return next === Infinity ? 2 ** 128 : next;
}
/** Whether a number of JSON, as it is written, says this finite float32; -0 is not 0. */
export function saysFloat32(json, value) {
    const size = Math.abs(value), said = Math.abs(Number(json));
    if (!Number.isFinite(value) || json.startsWith("-") !== (value < 0 || Object.is(value, -0)))
        return false;
    view.setFloat32(0, size);
    const even = view.getUint32(0) % 2 === 0, above = (size + beside(size, 1)) / 2, below = size === 0 ? -1 : (size + beside(size, -1)) / 2;
    // What rounds to a double beyond a bound lies beyond it; at the bound only the text can tell.
    if (said !== above && said !== below)
        return below < said && said < above;
    const side = against(json, said);
    return side === 0 ? even : said === above ? side < 0 : side > 0;
}
/** Below 0, 0 or above 0: how a decimal without its sign, whose nearest double is `bound`, lies to it. `bound` lies halfway between two float32: it is a whole number of 2^-150. */
function against(json, bound) {
    const [, whole = "", part = "", power = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(json) ?? [];
    // Such a bound has less than 200 digits, so of those that follow it counts only whether there are any.
    const all = (whole + part).replace(/^0+/, ""), kept = all.slice(0, 200), rest = /[1-9]/.test(all.slice(200)) ? "1" : "0";
    const exponent = Number(power) - part.length + all.length - kept.length - 1;
    const left = BigInt(kept + rest) * 2n ** 150n * 10n ** BigInt(Math.max(exponent, 0)), right = BigInt(bound * 2 ** 150) * 10n ** BigInt(Math.max(-exponent, 0));
    return left < right ? -1 : left > right ? 1 : 0;
}
