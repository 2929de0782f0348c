import { add4, mul4, one, scale4, sub4, zero, type Felt4 } from "./field.js";

/* Multilinear extensions: the first coordinate of a point stands for the most significant bit of an index. */

export type Point = readonly Felt4[];

/** eq(a, b) for points of one length. */
export const eq = (a: Point, b: Point): Felt4 => a.reduce((product, x, i) => {
  const y = b[i]!, both = mul4(x, y);
  return mul4(product, add4(sub4(sub4(one, x), y), add4(both, both)));
}, one);

/** eq of a point with the bits of one index. */
export const eqAt = (point: Point, index: number): Felt4 => point.reduce((product, x, i) =>
  mul4(product, Math.floor(index / 2 ** (point.length - 1 - i)) % 2 === 1 ? x : sub4(one, x)), one);

/** eq of a point with every index below 2^k. */
export function eqAll(point: Point): Felt4[] {
  let table: Felt4[] = [one];
  for (const x of point) {
    const next = new Array<Felt4>(2 * table.length);
    for (let i = 0; i < table.length; i++) {
      const high = mul4(table[i]!, x);
      next[2 * i] = sub4(table[i]!, high);
      next[2 * i + 1] = high;
    }
    table = next;
  }
  return table;
}

/** The sum of weights times base elements; places that `values` lacks count as 0. */
export function weigh(weights: readonly Felt4[], values: ArrayLike<number>): Felt4 {
  let sum = zero;
  for (let i = 0; i < values.length; i++)
    if (values[i] !== 0) sum = add4(sum, scale4(weights[i]!, values[i]!));
  return sum;
}

export const dot = (a: readonly Felt4[], b: readonly Felt4[]): Felt4 => a.reduce((sum, x, i) => add4(sum, mul4(x, b[i]!)), zero);

/** The extension of a table of elements of 𝔽, as many as the point has corners. */
export const evaluate = (table: readonly Felt4[], point: Point): Felt4 => dot(table, eqAll(point));

/** The extension of 0, 1, 2 … 2^k - 1. */
export const evaluateIndex = (point: Point): Felt4 => point.reduce((sum, x) => add4(add4(sum, sum), x), zero);

/** The bits of an index as a point. */
export const bitsOf = (index: number, count: number): Felt4[] => Array.from({ length: count }, (_, i) => [Math.floor(index / 2 ** (count - 1 - i)) % 2, 0, 0, 0]);

/** The least k with 2^k at least n. */
export const logOf = (n: number): number => {
  let k = 0;
  while (2 ** k < n) k++;
  return k;
};
