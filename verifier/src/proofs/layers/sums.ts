import { add4, lift, mul4, sub4, zero, type Felt4 } from "../field.js";
import type { Average, Sum } from "../model.js";
import { axisOf, demandShape, imageOf, sameShape, split, type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
import { demandFigures, isInt8, reach, scalingOf } from "./scaled.js";
import { across, down, tapsAt } from "./taps.js";

/* Layers whose accumulators are sums without weights (section 6, C14). */

export function average(layer: Average, input: Shape, logRange: number): Computed {
  demandShape([layer.kernelRows, layer.kernelColumns, layer.stride, layer.rows, layer.columns].every(n => n >= 1) && layer.top >= 0 && layer.left >= 0, "a pool with a size below one");
  const { batch, channel, row, column } = imageOf(input), shape = [batch, channel, axisOf(layer.rows), axisOf(layer.columns)];
  const scaling = scalingOf(layer, shape, [2, 4], layer.kernelRows * layer.kernelColumns * reach(layer.zeroPoint), logRange);
  const check = () => {
    demandFigures(isInt8(layer.zeroPoint), "a zero point is out of range");
    scaling.check();
  };
  return {
    view: false, shape, check, weights: [], tables: scaling.tables, sections: tag => [scaling.section(tag)],
    relate: (r, [known]) => {
      const acc = scaling.accumulator(r, known!), [before, channels, rows, columns] = split(shape, known!.point) as [Felt4[], Felt4[], Felt4[], Felt4[]];
      r.gather(layer.input, acc, { before: [...before, ...channels], log: row.log + column.log, behind: [] }, lift(layer.zeroPoint), z => {
        const [h, v] = split([row, column], z), total = (all: readonly Felt4[]) => all.reduce(add4, zero);
        return mul4(total(tapsAt(down(layer), row, rows, h!)), total(tapsAt(across(layer), column, columns, v!)));
      }, "sum");
    },
  };
}

export function sum(layer: Sum, a: Shape, b: Shape, logRange: number): Computed {
  demandShape(sameShape(a, b), "a sum wants two tensors of one shape, padded alike");
  const { multiplierA, multiplierB, zeroPointA, zeroPointB, group } = layer, isMultiplier = (m: number) => m >= 1 && m <= 2 ** 21;
  const scaling = scalingOf({ groups: [group], groupOf: [0], limbs: false }, a, [0, 0], multiplierA * reach(zeroPointA) + multiplierB * reach(zeroPointB), logRange);
  const check = () => {
    demandFigures(isMultiplier(multiplierA) && isMultiplier(multiplierB) && isInt8(zeroPointA) && isInt8(zeroPointB) && group.multiplier === 1, "a sum's figures are out of range");
    scaling.check();
  };
  return {
    view: false, shape: a, check, weights: [], tables: scaling.tables, sections: tag => [scaling.section(tag)],
    relate: (r, [known]) => {
      const acc = scaling.accumulator(r, known!), [left, right] = r.evaluations(2) as [Felt4, Felt4];
      const scaled = (m: number, value: Felt4, zeroPoint: number) => mul4(lift(m), sub4(value, lift(zeroPoint)));
      r.demand(acc, add4(scaled(multiplierA, left, zeroPointA), scaled(multiplierB, right, zeroPointB)), "sum", "a sum is not that of its two tensors");
      r.tensor(layer.a, known!.point, left);
      r.tensor(layer.b, known!.point, right);
    },
  };
}
