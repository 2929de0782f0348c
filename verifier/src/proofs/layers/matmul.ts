import { add4, lift, mul4, sub4, zero, type Felt4 } from "../field.js";
import type { MatMul } from "../model.js";
import { eq, eqAll } from "../multilinear.js";
import { demandShape, logSize, sameShape, split, type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
import { demandFigures, isInt8, reach, scalingOf } from "./scaled.js";

/** Products of activations (docs/spec/proofs-attention.md, section 1). */
export function matmul(layer: MatMul, a: Shape, b: Shape, logRange: number): Computed {
  const lead = a.slice(0, -2), inner = a.at(-1)!, { zeroPointA, zeroPointB, group } = layer;
  demandShape(a.length >= 3 && b.length === a.length && sameShape(lead, b.slice(0, -2)) && sameShape([inner], [b.at(-2)!]), "a product wants two tensors that agree before their last two axes, and in the axis that is summed, padded alike");
  const shape = [...lead, a.at(-2)!, b.at(-1)!];
  const scaling = scalingOf({ groups: [group], groupOf: [0], limbs: false }, shape, [0, 0], inner.size * reach(zeroPointA) * reach(zeroPointB), logRange);
  return {
    view: false, shape, weights: [], tables: scaling.tables, sections: tag => [scaling.section(tag)],
    check: () => {
      demandFigures(isInt8(zeroPointA) && isInt8(zeroPointB), "a zero point is out of range");
      scaling.check();
    },
    relate: (r, [known]) => {
      const acc = scaling.accumulator(r, known!), axes = split(shape, known!.point), [i, j] = axes.slice(-2) as [Felt4[], Felt4[]], leading = axes.slice(0, -2).flat();
      const { point, claim } = r.sumcheck(acc, logSize(lead) + inner.log, 3), before = point.slice(0, leading.length), k = point.slice(leading.length);
      const [left, right] = r.evaluations(2) as [Felt4, Felt4], real = eqAll(k).slice(0, inner.size).reduce(add4, zero);
      r.demand(claim, mul4(mul4(eq(leading, before), real), mul4(sub4(left, lift(zeroPointA)), sub4(right, lift(zeroPointB)))), "product", "the accumulators are not the products of the two tensors");
      r.tensor(layer.a, [...before, ...i, ...k], left);
      r.tensor(layer.b, [...before, ...k, ...j], right);
    },
  };
}
