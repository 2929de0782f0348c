/* docs/spec/accounts.md, section 2: floors of logarithms, exponentials and logarithms of factorials, in units of 2^-64. */
/** One, in units. */
export const unit = 1n << 64n;
const bitLength = (n) => n.toString(2).length;
export const least = (a, b) => a < b ? a : b;
/** Floor of a/b, b above 0: BigInt's own division goes toward 0. */
export const floorDiv = (a, b) => a >= 0n ? a / b : -((b - 1n - a) / b);
// The floor of 2^64 times a value, with more bits until it is beyond doubt; the value is never a multiple of 2^-64.
function decide(start, at) {
    for (let bits = start;; bits *= 2) {
        const [value, error] = at(bits), shift = BigInt(bits - 64);
        const below = (value - error) >> shift;
        if (below === (value + error) >> shift)
            return below;
    }
}
const memo = (of) => {
    const kept = new Map();
    return key => {
        let value = kept.get(key);
        if (value === undefined)
            kept.set(key, value = of(key));
        return value;
    };
};
// artanh(z) and arctan(z) for a z in units of 2^-bits, |z| at most 1/3: z +- z^3/3 + z^5/5 ...
function arc(z, bits, alternate) {
    const square = (z * z) >> BigInt(bits);
    let sum = 0n, power = z;
    for (let i = 1n; power !== 0n && power !== -1n; i += 2n) {
        sum += power / i;
        power = (power * square) >> BigInt(bits);
        if (alternate)
            power = -power;
    }
    return sum;
}
const inverse = (n, bits) => (1n << BigInt(bits)) / n;
// ln 2 = 18 artanh(1/26) - 2 artanh(1/4801) + 8 artanh(1/8749); pi = 16 arctan(1/5) - 4 arctan(1/239). With 16 bits to spare.
const ln2 = memo(bits => (18n * arc(inverse(26n, bits + 16), bits + 16, false)
    - 2n * arc(inverse(4801n, bits + 16), bits + 16, false) + 8n * arc(inverse(8749n, bits + 16), bits + 16, false)) >> 16n);
const pi = memo(bits => (16n * arc(inverse(5n, bits + 16), bits + 16, true) - 4n * arc(inverse(239n, bits + 16), bits + 16, true)) >> 16n);
// ln(a/b): k ln 2 and the logarithm of a mantissa m between 1/2 and 2, as 2 artanh((m - 1)/(m + 1)).
function lnAt(a, b, bits) {
    const k = bitLength(a) - bitLength(b), one = 1n << BigInt(bits);
    const m = k >= 0 ? (a << BigInt(bits)) / (b << BigInt(k)) : (a << BigInt(bits - k)) / b;
    const z = ((m - one) << BigInt(bits)) / (m + one);
    return [BigInt(k) * ln2(bits) + 2n * arc(z, bits, false), BigInt(2 * Math.abs(k) + 8 * bits + 16)];
}
/** LN(a, b). */
export function ln(a, b) {
    if (a < 1n || b < 1n)
        throw new RangeError(`there is no logarithm of ${a}/${b}`);
    return a === b ? 0n : decide(160, bits => lnAt(a, b, bits));
}
/** LN+(a, b). */
export const lnUp = (a, b) => a === b ? 0n : ln(a, b) + 1n;
/** EXP(x). */
export function exp(x) {
    if (x > 40n * unit)
        throw new RangeError(`e to the power of ${x} units is more than accounts need`);
    if (x === 0n)
        return unit;
    if (x < -45n * unit)
        return 0n;
    return decide(256, bits => {
        // e^x = 2^k (e^(r / 2^16))^(2^16), 0 <= r < ln 2, with 48 bits to spare: of them the squarings lose less than 24.
        const wide = BigInt(bits + 48), log2 = ln2(bits + 48), scaled = x << (wide - 64n);
        const k = floorDiv(scaled, log2), r = (scaled - k * log2) >> 16n;
        let sum = 0n, term = 1n << wide;
        for (let i = 1n; term !== 0n; i++) {
            sum += term;
            term = ((term * r) >> wide) / i;
        }
        for (let i = 0; i < 16; i++)
            sum = (sum * sum) >> wide;
        // Of 2^k the error has its share: k is at most 58.
        return [k >= 0n ? (sum << k) >> 48n : sum >> (48n - k), 2n << (k > 0n ? k : 0n)];
    });
}
// B(2), B(4), ... from the tangent numbers T: B(2k) = (-1)^(k-1) 2k T(k) / (4^k (4^k - 1)) (Brent and Harvey 2011).
const tangents = memo(count => {
    const t = [0n, 1n];
    for (let k = 2; k <= count; k++)
        t[k] = BigInt(k - 1) * t[k - 1];
    for (let k = 2; k <= count; k++)
        for (let j = k; j <= count; j++)
            t[j] = BigInt(j - k) * t[j - 1] + BigInt(j - k + 2) * t[j];
    return t;
});
const small = 300, terms = 60;
// At the first factorial that is asked for.
const smallFactorials = memo(count => {
    const logarithms = [0n, 0n];
    let product = 1n;
    for (let n = 2; n < count; n++) {
        product *= BigInt(n);
        logarithms.push(ln(product, 1n));
    }
    return logarithms;
});
// Stirling's series: (n + 1/2) ln n - n + ln(2 pi)/2 + sum of B(2k) / (2k (2k-1) n^(2k-1)).
function stirling(n, bits) {
    const [log, error] = lnAt(n, 1n, bits), [root, rootError] = lnAt(pi(bits) << 1n, 1n << BigInt(bits), bits);
    let sum = ((2n * n + 1n) * log + root) / 2n - (n << BigInt(bits)), power = n;
    for (let k = 1; k <= terms; k++) {
        const kk = BigInt(k), four = 1n << (2n * kk);
        const term = (tangents(terms)[k] << BigInt(bits)) / (four * (four - 1n) * (2n * kk - 1n) * power);
        if (term === 0n)
            return [sum, (n + 1n) * error + rootError + BigInt(k) + 8n];
        sum += k % 2 === 1 ? term : -term;
        power *= n * n;
    }
    throw new RangeError(`Stirling's series of ${n} needs more than ${terms} terms`);
}
/** LF(n). */
export function lnFactorial(n) {
    if (n < 0n || n >= 1n << 54n)
        throw new RangeError(`the factorial of ${n} is more than accounts need`);
    return n < small ? smallFactorials(small)[Number(n)] : decide(192, bits => stirling(n, bits));
}
/** LF+(n). */
export const lnFactorialUp = (n) => n < 2n ? 0n : lnFactorial(n) + 1n;
