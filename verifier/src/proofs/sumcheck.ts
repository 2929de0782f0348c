import { add4, embed, inverse, lift, mul, mul4, scale4, sub4, zero, type Felt4 } from "./field.js";
import type { Messages } from "./transcript.js";

/** The product over j ≠ i of (i - j), inverted, for i from 0 to degree. */
const weights = (degree: number): number[] => Array.from({ length: degree + 1 }, (_, i) =>
  inverse(Array.from({ length: degree + 1 }, (_, j) => j).filter(j => j !== i).reduce((product, j) => mul(product, embed(i - j)), 1)));

const known = new Map<number, number[]>();

/** The polynomial of the lowest degree with these values at 0, 1, 2 …, at x (Lagrange). */
export function interpolate(values: readonly Felt4[], x: Felt4): Felt4 {
  const degree = values.length - 1, scale = known.get(degree) ?? weights(degree);
  known.set(degree, scale);
  return values.reduce((sum, value, i) => {
    const others = values.reduce((product, _, j) => (j === i ? product : mul4(product, sub4(x, lift(j)))), value);
    return add4(sum, scale4(others, scale[i]!));
  }, zero);
}

/** What a sumcheck comes down to: the claim about the summand at a point. */
export interface Reduced {
  readonly point: Felt4[];
  readonly claim: Felt4;
}

/** Rounds of g(0), g(2), … g(degree); g(1) is the claim less g(0). */
export function sumcheck(proof: Messages, tag: number, claim: Felt4, rounds: number, degree: number): Reduced {
  const point: Felt4[] = [];
  for (let round = 0; round < rounds; round++) {
    const [first, ...rest] = proof.elements(tag, degree);
    const challenge = proof.transcript.challenge();
    claim = interpolate([first!, sub4(claim, first!), ...rest], challenge);
    point.push(challenge);
  }
  return { point, claim };
}
