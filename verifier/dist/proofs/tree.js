import { add4, isZero4, mul4, sub4 } from "./field.js";
import { eq, eqAt } from "./multilinear.js";
import { demand } from "./refusal.js";
import { sumcheck } from "./sumcheck.js";
import { tags } from "./transcript.js";
const mix = (a, b, at) => add4(a, mul4(at, sub4(b, a)));
/** The sum of 2^depth fractions is zero (section 5; Papini and Haböck 2023). @param depth at least 1 */
export function fractions(proof, depth) {
    const [p0, p1, q0, q1] = proof.elements(tags.treeRoot, 4);
    demand(isZero4(add4(mul4(p0, q1), mul4(p1, q0))), "rootNumerator", "the fractions of the lookups do not sum to zero");
    demand(!isZero4(mul4(q0, q1)), "rootDenominator", "a denominator of the lookups is zero");
    let point = [proof.transcript.challenge()], numerator = mix(p0, p1, point[0]), denominator = mix(q0, q1, point[0]);
    for (let layer = 1; layer < depth; layer++) {
        const lambda = proof.transcript.challenge();
        const reduced = sumcheck(proof, tags.treeRound, add4(numerator, mul4(lambda, denominator)), layer, 3);
        const [a0, a1, b0, b1] = proof.elements(tags.treeEnd, 4);
        const sum = add4(add4(mul4(a0, b1), mul4(a1, b0)), mul4(lambda, mul4(b0, b1)));
        demand(isZero4(sub4(reduced.claim, mul4(eq(point, reduced.point), sum))), "treeLayer", `layer ${layer} of the lookups' tree is not the sum of the one below`);
        const last = proof.transcript.challenge();
        [point, numerator, denominator] = [[last, ...reduced.point], mix(a0, a1, last), mix(b0, b1, last)];
    }
    return { point, numerator, denominator };
}
/** A block of 2^log leaves: what it sees of the point, and how much of the whole it is. */
export function seen(point, log, at) {
    const before = point.length - log;
    return { point: point.slice(before), share: eqAt(point.slice(0, before), at / 2 ** log) };
}
