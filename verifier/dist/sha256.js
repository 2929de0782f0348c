/*
 * FIPS 180-4. Why not WebCrypto: its digest and HMAC are asynchronous, and an output of n tokens needs two HMACs and a leaf
 * hash for each, a Merkle path one hash for each step. With Node.js 20 a token costs 180 microseconds that way and 15 this
 * way, and every function that touches a hash would have to be asynchronous. Signatures do use WebCrypto.
 */
// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of the first 8.
const primes = Array.from({ length: 312 }, (_, i) => i).filter(n => n > 1 && !Array.from({ length: n }, (_, d) => d).some(d => d > 1 && n % d === 0));
const root = (prime, power) => {
    // floor(prime^(1/power) * 2^32) by bisection on integers, then its low 32 bits
    const target = BigInt(prime) << (32n * power);
    let low = 0n, high = 1n << 40n;
    while (high - low > 1n) {
        const middle = (low + high) >> 1n;
        if (middle ** power <= target)
            low = middle;
        else
            high = middle;
    }
    return Number(low & 0xffffffffn) | 0;
};
const K = Int32Array.from(primes.slice(0, 64), p => root(p, 3n));
const initial = Int32Array.from(primes.slice(0, 8), p => root(p, 2n));
function compress(state, w, block, at) {
    for (let i = 0; i < 16; i++)
        w[i] = block.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
        const x = w[i - 15], y = w[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + t1) | 0;
        d = c;
        c = b;
        b = a;
        a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}
/** The SHA-256 of the concatenation of the parts. */
export function sha256(...parts) {
    const state = initial.slice(), w = new Int32Array(64);
    const held = new Uint8Array(64), heldView = new DataView(held.buffer);
    let fill = 0, total = 0;
    for (const part of parts) {
        total += part.length;
        let at = 0;
        if (fill > 0) {
            at = Math.min(64 - fill, part.length);
            held.set(part.subarray(0, at), fill);
            fill += at;
            if (fill < 64)
                continue;
            compress(state, w, heldView, 0);
            fill = 0;
        }
        const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
        for (; at + 64 <= part.length; at += 64)
            compress(state, w, view, at);
        held.set(part.subarray(at));
        fill = part.length - at;
    }
    held.fill(0, fill);
    held[fill] = 0x80;
    if (fill >= 56) {
        compress(state, w, heldView, 0);
        held.fill(0);
    }
    heldView.setUint32(56, Math.floor(total / 0x20000000));
    heldView.setUint32(60, (total * 8) >>> 0);
    compress(state, w, heldView, 0);
    const out = new Uint8Array(32), view = new DataView(out.buffer);
    state.forEach((x, i) => view.setInt32(4 * i, x));
    return out;
}
