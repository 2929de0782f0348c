import { add4, equal4, lift, mul4, sub4, zero, type Felt4 } from "./field.js";
import { eqAll, type Point } from "./multilinear.js";
import type { Plan } from "./plan.js";
import { demand, type CheckName } from "./refusal.js";
import { places, type Shape } from "./shapes.js";
import { sumcheck, type Reduced } from "./sumcheck.js";
import { tags, type Messages } from "./transcript.js";

/** The value of a committed block's extension at a point, as the opening has to show it. */
export interface Claim {
  readonly matrix: "model" | "witness";
  readonly block: number;
  readonly point: Point;
  readonly value: Felt4;
}

/** The extension of a tensor's real places with `padding` everywhere else. */
export function publicAt(shape: Shape, values: Int8Array, padding: number, point: Point): Felt4 {
  const weights = eqAll(point);
  // All weights sum to one.
  return places(shape).reduce((sum, at, i) => add4(sum, mul4(weights[at]!, lift(values[i]! - padding))), lift(padding));
}

/** What the relation of a layer reads and claims (section 6). */
export class Relations {
  readonly claims: Claim[] = [];
  /** Σ degree · rounds of sumchecks, and other challenges: what the calculator counts. */
  degrees = 0;
  challengeCount = 0;
  #layer = 0;

  constructor(readonly proof: Messages, readonly plan: Plan, readonly input: Int8Array) {}

  /** Whose columns and weights are spoken of. */
  begin(layer: number): void {
    this.#layer = layer;
  }

  challenge(): Felt4 {
    this.challengeCount++;
    return this.proof.transcript.challenge();
  }

  challenges(count: number): Felt4[] {
    this.challengeCount += count;
    return this.proof.transcript.challenges(count);
  }

  evaluations(count: number): Felt4[] {
    return this.proof.elements(tags.evaluations, count);
  }

  sumcheck(claim: Felt4, rounds: number, degree: number): Reduced {
    this.degrees += rounds * degree;
    return sumcheck(this.proof, tags.round, claim, rounds, degree);
  }

  demand(a: Felt4, b: Felt4, check: CheckName, what: string): void {
    demand(equal4(a, b), check, `layer ${this.#layer}: ${what}`);
  }

  /** A claim about the layer's weights or biases. */
  weight(part: number, point: Point, value: Felt4): void {
    this.claims.push({ matrix: "model", block: this.plan.layers[this.#layer]!.firstWeights + part, point, value });
  }

  /** A claim about a committed column of the layer, by its number among them. */
  column(part: number, point: Point, value: Felt4): void {
    this.claims.push({ matrix: "witness", block: this.plan.layers[this.#layer]!.firstColumn + part, point, value });
  }

  /** A claim about a tensor: the public input, a layer's y, or what a view shows. */
  tensor(number: number, point: Point, value: Felt4): void {
    const { plan } = this, of = plan.layers[number - 1];
    if (of === undefined)
      demand(equal4(value, publicAt(plan.shapes[0]!, this.input, plan.model.inputZeroPoint, point)), "publicInput", "the input is not the one that was run");
    else if (of.layer.view) of.layer.show(this, point, value);
    else this.claims.push({ matrix: "witness", block: of.firstColumn, point, value });
  }

  /** Σ over z of (x(before, z, behind) - shift) M(z) is the value. */
  gather(tensor: number, value: Felt4, at: { before: Point; log: number; behind: Point }, shift: Felt4, m: (z: Felt4[]) => Felt4, check: CheckName): void {
    const { point, claim } = this.sumcheck(value, at.log, 2), [x] = this.evaluations(1);
    this.demand(claim, mul4(sub4(x!, shift), m(point)), check, "it does not read its input as it should");
    this.tensor(tensor, [...at.before, ...point, ...at.behind], x!);
  }

  /** The public output against the last tensor. */
  output(output: Int8Array): void {
    const { plan } = this, shape = plan.shapes.at(-1)!, tau = this.challenges(shape.reduce((sum, a) => sum + a.log, 0));
    const { point, claim } = this.sumcheck(publicAt(shape, output, 0, tau), tau.length, 2), [y] = this.evaluations(1), from = eqAll(tau), to = eqAll(point);
    const both = places(shape).reduce((sum, at) => add4(sum, mul4(from[at]!, to[at]!)), zero);
    demand(equal4(claim, mul4(both, y!)), "publicOutput", "the output is not the one that was run");
    this.tensor(plan.shapes.length - 1, point, y!);
  }
}
