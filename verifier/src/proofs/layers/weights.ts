import { add4, lift, mul4, sub4, zero, type Felt4 } from "../field.js";
import type { Conv, Dense } from "../model.js";
import { eq, eqAll, logOf } from "../multilinear.js";
import type { Relations } from "../relations.js";
import { axisOf, demandShape, imageOf, sameShape, split, type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
import { demandFigures, isInt8, reach, scalingOf, type Scaling } from "./scaled.js";
import { across, down, tapsAt } from "./taps.js";

/* Layers of weights: dense, convolution, depthwise convolution. Their blocks in the model's matrix: the weights (output, k), the biases. */

function prepare(layer: Dense | Conv, shape: Shape, channels: number, inner: number, logRange: number): { scaling: Scaling; declared: Omit<Computed, "relate"> } {
  const scaling = scalingOf(layer, shape, [channels, channels + 1], inner * 127 * reach(layer.zeroPoint) + layer.biasBound, logRange), log = logOf(layer.outputs);
  const check = () => {
    demandFigures(isInt8(layer.zeroPoint) && layer.biasBound >= 0, "a layer's figures are out of range");
    scaling.check();
  };
  return { scaling, declared: { view: false, shape, weights: [log + logOf(inner), log], tables: scaling.tables, check, sections: tag => [scaling.section(tag)] } };
}

const weights = 0, biases = 1;

/** The bias at a point of the channels. */
function biasAt(r: Relations, channel: readonly Felt4[]): Felt4 {
  const [bias] = r.evaluations(1);
  r.weight(biases, channel, bias!);
  return bias!;
}

const notProducts = "the accumulators are not the products of weights and input";

export function dense(layer: Dense, input: Shape, logRange: number): Computed {
  demandShape(input.length >= 2 && layer.outputs >= 1, "a dense layer wants a batch and neurons, and has neurons");
  demandShape(sameShape(input.slice(-1), [axisOf(input.at(-1)!.size)]), "a dense layer wants an axis that is padded as its weights are");
  const shape = [...input.slice(0, -1), axisOf(layer.outputs)], inner = input.at(-1)!;
  const { scaling, declared } = prepare(layer, shape, shape.length - 1, inner.size, logRange);
  return {
    ...declared,
    relate: (r, [known]) => {
      const acc = scaling.accumulator(r, known!), axes = split(shape, known!.point), channel = axes.at(-1)!, bias = biasAt(r, channel);
      const { point: k, claim } = r.sumcheck(sub4(acc, bias), inner.log, 2), [w, x] = r.evaluations(2) as [Felt4, Felt4];
      r.demand(claim, mul4(w, x), "product", notProducts);
      r.weight(weights, [...channel, ...k], w);
      r.tensor(layer.input, [...axes.slice(0, -1).flat(), ...k], add4(x, lift(layer.zeroPoint)));
    },
  };
}

export function conv(layer: Conv, input: Shape, logRange: number): Computed {
  demandShape([layer.kernelRows, layer.kernelColumns, layer.stride, layer.dilation, layer.rows, layer.columns, layer.outputs].every(n => n >= 1) && layer.top >= 0 && layer.left >= 0, "a convolution with a size below one");
  const { batch, channel, row, column } = imageOf(input), places = layer.kernelRows * layer.kernelColumns, inner = layer.depthwise ? places : channel.size * places;
  demandShape(!layer.depthwise || sameShape([channel], [axisOf(layer.outputs)]), "a depthwise convolution has as many channels as its input, padded alike");
  const shape = [batch, axisOf(layer.outputs), axisOf(layer.rows), axisOf(layer.columns)], logInner = logOf(inner);
  const { scaling, declared } = prepare(layer, shape, 1, inner, logRange);

  /** M at a point of the input's channels, rows and columns; without channels where each sum is of one. */
  const m = (k: readonly Felt4[], output: readonly (readonly Felt4[])[], z: readonly Felt4[]): Felt4 => {
    const parts = split(layer.depthwise ? [row, column] : [channel, row, column], z), numbers = eqAll(k);
    const rows = tapsAt(down(layer), row, output[2]!, parts.at(-2)!), columns = tapsAt(across(layer), column, output[3]!, parts.at(-1)!);
    const products = rows.flatMap(u => columns.map(v => mul4(u, v)));
    if (layer.depthwise) return products.reduce((sum, product, i) => add4(sum, mul4(product, numbers[i]!)), zero);
    return eqAll(parts[0]!).slice(0, channel.size).reduce((all, c, i) =>
      add4(all, mul4(c, products.reduce((sum, product, j) => add4(sum, mul4(product, numbers[i * places + j]!)), zero))), zero);
  };

  return {
    ...declared,
    relate: (r, [known]) => {
      const acc = scaling.accumulator(r, known!), output = split(shape, known!.point), [before, channels] = output as [Felt4[], Felt4[]], bias = biasAt(r, channels);
      const zeroPoint = lift(layer.zeroPoint), rounds = layer.depthwise ? shape[1]!.log + logInner : logInner;
      const { point, claim } = r.sumcheck(sub4(acc, bias), rounds, layer.depthwise ? 3 : 2), [w, g] = r.evaluations(2) as [Felt4, Felt4];
      const c = point.slice(0, rounds - logInner), k = point.slice(rounds - logInner), product = mul4(w, g);
      r.demand(claim, layer.depthwise ? mul4(eq(channels, c), product) : product, "product", notProducts);
      r.weight(weights, layer.depthwise ? point : [...channels, ...k], w);
      r.gather(layer.input, g, { before: [...before, ...c], log: row.log + column.log + (layer.depthwise ? 0 : channel.log), behind: [] }, zeroPoint, z => m(k, output, z), "gather");
    },
  };
}
