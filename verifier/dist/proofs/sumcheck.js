import { add4, embed, inverse, lift, mul, mul4, scale4, sub4, zero } from "./field.js";
/** The product over j ≠ i of (i - j), inverted, for i from 0 to degree. */
const weights = (degree) => Array.from({ length: degree + 1 }, (_, i) => inverse(Array.from({ length: degree + 1 }, (_, j) => j).filter(j => j !== i).reduce((product, j) => mul(product, embed(i - j)), 1)));
const known = new Map();
/** The polynomial of the lowest degree with these values at 0, 1, 2 …, at x (Lagrange). */
export function interpolate(values, x) {
    const degree = values.length - 1, scale = known.get(degree) ?? weights(degree);
    known.set(degree, scale);
    return values.reduce((sum, value, i) => {
        const others = values.reduce((product, _, j) => (j === i ? product : mul4(product, sub4(x, lift(j)))), value);
        return add4(sum, scale4(others, scale[i]));
    }, zero);
}
/** Rounds of g(0), g(2), … g(degree); g(1) is the claim less g(0). */
export function sumcheck(proof, tag, claim, rounds, degree) {
    const point = [];
    for (let round = 0; round < rounds; round++) {
        const [first, ...rest] = proof.elements(tag, degree);
        const challenge = proof.transcript.challenge();
        claim = interpolate([first, sub4(claim, first), ...rest], challenge);
        point.push(challenge);
    }
    return { point, claim };
}
