// A network of dense layers as a circuit of circomlib-ml: its Dense and its ReLU as they are. Weights are constants of the circuit, so that the
// verification key stands for the model. Nothing is requantised: layers work on the exact sums.
const literal = values => `[${values.join(",")}]`;

/** layers: [{ inputs, outputs, rectified, weights: [[of one output]], biases }] -> circom */
export function circuit(layers) {
  const lines = ["pragma circom 2.0.0;", 'include "circomlib-ml/circuits/Dense.circom";', 'include "circomlib-ml/circuits/ReLU.circom";',
    "template Network() {", `signal input x[${layers[0].inputs}];`, `signal output y[${layers.at(-1).outputs}];`];
  let from = "x";
  layers.forEach(({ inputs, outputs, rectified, weights, biases }, i) => {
    lines.push(
      `var w${i}[${outputs}][${inputs}] = [${weights.map(literal).join(",\n")}];`, `var b${i}[${outputs}] = ${literal(biases)};`,
      `component dense${i} = Dense(${inputs}, ${outputs});`,
      `for (var k = 0; k < ${inputs}; k++) { dense${i}.in[k] <== ${from}[k]; for (var j = 0; j < ${outputs}; j++) dense${i}.weights[k][j] <== w${i}[j][k]; }`,
      `for (var j = 0; j < ${outputs}; j++) dense${i}.bias[j] <== b${i}[j];`);
    if (rectified) {
      lines.push(`component relu${i}[${outputs}];`, `signal a${i}[${outputs}];`,
        `for (var j = 0; j < ${outputs}; j++) { relu${i}[j] = ReLU(); relu${i}[j].in <== dense${i}.out[j]; a${i}[j] <== relu${i}[j].out; }`);
      from = `a${i}`;
    } else {
      lines.push(`for (var j = 0; j < ${outputs}; j++) y[j] <== dense${i}.out[j];`);
    }
  });
  return [...lines, "}", "component main {public [x]} = Network();", ""].join("\n");
}
