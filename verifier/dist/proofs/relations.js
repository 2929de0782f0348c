import { add4, equal4, lift, mul4, sub4, zero } from "./field.js";
import { eqAll } from "./multilinear.js";
import { demand } from "./refusal.js";
import { places } from "./shapes.js";
import { sumcheck } from "./sumcheck.js";
import { tags } from "./transcript.js";
/** The extension of a tensor's real places with `padding` everywhere else. */
export function publicAt(shape, values, padding, point) {
    const weights = eqAll(point);
    // All weights sum to one.
    return places(shape).reduce((sum, at, i) => add4(sum, mul4(weights[at], lift(values[i] - padding))), lift(padding));
}
/** What the relation of a layer reads and claims (section 6). */
export class Relations {
    proof;
    plan;
    input;
    claims = [];
    /** Σ degree · rounds of sumchecks, and other challenges: what the calculator counts. */
    degrees = 0;
    challengeCount = 0;
    #layer = 0;
    constructor(proof, plan, input) {
        this.proof = proof;
        this.plan = plan;
        this.input = input;
    }
    /** Whose columns and weights are spoken of. */
    begin(layer) {
        this.#layer = layer;
    }
    challenge() {
        this.challengeCount++;
        return this.proof.transcript.challenge();
    }
    challenges(count) {
        this.challengeCount += count;
        return this.proof.transcript.challenges(count);
    }
    evaluations(count) {
        return this.proof.elements(tags.evaluations, count);
    }
    sumcheck(claim, rounds, degree) {
        this.degrees += rounds * degree;
        return sumcheck(this.proof, tags.round, claim, rounds, degree);
    }
    demand(a, b, check, what) {
        demand(equal4(a, b), check, `layer ${this.#layer}: ${what}`);
    }
    /** A claim about the layer's weights or biases. */
    weight(part, point, value) {
        this.claims.push({ matrix: "model", block: this.plan.layers[this.#layer].firstWeights + part, point, value });
    }
    /** A claim about a committed column of the layer, by its number among them. */
    column(part, point, value) {
        this.claims.push({ matrix: "witness", block: this.plan.layers[this.#layer].firstColumn + part, point, value });
    }
    /** A claim about a tensor: the public input, a layer's y, or what a view shows. */
    tensor(number, point, value) {
        const { plan } = this, of = plan.layers[number - 1];
        if (of === undefined)
            demand(equal4(value, publicAt(plan.shapes[0], this.input, plan.model.inputZeroPoint, point)), "publicInput", "the input is not the one that was run");
        else if (of.layer.view)
            of.layer.show(this, point, value);
        else
            this.claims.push({ matrix: "witness", block: of.firstColumn, point, value });
    }
    /** Σ over z of (x(before, z, behind) - shift) M(z) is the value. */
    gather(tensor, value, at, shift, m, check) {
        const { point, claim } = this.sumcheck(value, at.log, 2), [x] = this.evaluations(1);
        this.demand(claim, mul4(sub4(x, shift), m(point)), check, "it does not read its input as it should");
        this.tensor(tensor, [...at.before, ...point, ...at.behind], x);
    }
    /** The public output against the last tensor. */
    output(output) {
        const { plan } = this, shape = plan.shapes.at(-1), tau = this.challenges(shape.reduce((sum, a) => sum + a.log, 0));
        const { point, claim } = this.sumcheck(publicAt(shape, output, 0, tau), tau.length, 2), [y] = this.evaluations(1), from = eqAll(tau), to = eqAll(point);
        const both = places(shape).reduce((sum, at) => add4(sum, mul4(from[at], to[at])), zero);
        demand(equal4(claim, mul4(both, y)), "publicOutput", "the output is not the one that was run");
        this.tensor(plan.shapes.length - 1, point, y);
    }
}
