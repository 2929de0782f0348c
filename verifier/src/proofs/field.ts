/*
 * KoalaBear, p = 2^31 - 2^24 + 1, and 𝔽, its extension by X^4 - 3 (docs/spec/proofs.md, section 1). An element is a number from 0 to p - 1,
 * one of 𝔽 four of them, c0 first.
 */

export const p = 2130706433;

export const add = (a: number, b: number): number => {
  const sum = a + b;
  return sum >= p ? sum - p : sum;
};

export const sub = (a: number, b: number): number => (a >= b ? a - b : a - b + p);

/**
 * The quotient in floating point has a relative error below 2^-51 and is below 2^31, so what is rounded down is off by at most one, and then
 * the remainder is nearer than 2^12 to 0 or to p: it fits an int32, and its low 32 bits are all that is needed.
 */
export const mul = (a: number, b: number): number => {
  const r = Math.imul(a, b) - Math.imul(Math.floor(a * b / p), p) | 0;
  return r < 0 ? r + p : r >= p ? r - p : r;
};

export const power = (base: number, exponent: number): number => {
  let result = 1;
  for (let e = exponent, b = base; e > 0; e = Math.floor(e / 2), b = mul(b, b))
    if (e % 2 === 1) result = mul(result, b);
  return result;
};

/** The root of unity of order n, a power of two up to 2^24. */
export const rootOfUnity = (n: number): number => power(3, (p - 1) / n);

/** An integer's element; |z| < 2^53. */
export const embed = (z: number): number => {
  const r = z % p;
  return r < 0 ? r + p : r;
};

export type Felt4 = readonly [number, number, number, number];

export const zero: Felt4 = [0, 0, 0, 0];
export const one: Felt4 = [1, 0, 0, 0];

/** An integer's element of 𝔽. */
export const lift = (z: number): Felt4 => [embed(z), 0, 0, 0];

export const add4 = (a: Felt4, b: Felt4): Felt4 => [add(a[0], b[0]), add(a[1], b[1]), add(a[2], b[2]), add(a[3], b[3])];

export const sub4 = (a: Felt4, b: Felt4): Felt4 => [sub(a[0], b[0]), sub(a[1], b[1]), sub(a[2], b[2]), sub(a[3], b[3])];

/** By an element of the base field. */
export const scale4 = (a: Felt4, b: number): Felt4 => [mul(a[0], b), mul(a[1], b), mul(a[2], b), mul(a[3], b)];

/** X^4 = 3. */
export const mul4 = (a: Felt4, b: Felt4): Felt4 => {
  const [a0, a1, a2, a3] = a, [b0, b1, b2, b3] = b;
  const t0 = mul(a1, b3) + mul(a2, b2) + mul(a3, b1), t1 = mul(a2, b3) + mul(a3, b2), t2 = mul(a3, b3);
  return [
    (mul(a0, b0) + 3 * t0) % p,
    (mul(a0, b1) + mul(a1, b0) + 3 * t1) % p,
    (mul(a0, b2) + mul(a1, b1) + mul(a2, b0) + 3 * t2) % p,
    (mul(a0, b3) + mul(a1, b2) + mul(a2, b1) + mul(a3, b0)) % p,
  ];
};

export const equal4 = (a: Felt4, b: Felt4): boolean => a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];

export const isZero4 = (a: Felt4): boolean => equal4(a, zero);

/** The inverse of an element of the base field that is not 0. */
export const inverse = (a: number): number => power(a, p - 2);

export const product4 = (all: readonly Felt4[]): Felt4 => all.reduce(mul4, one);
