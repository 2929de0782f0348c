/* What is public of a model: its layers without their weights (docs/spec/proofs.md, section 3). */
export const inputsOf = (layer) => layer.kind === "concat" ? layer.parts : layer.kind === "sum" || layer.kind === "matmul" ? [layer.a, layer.b] : [layer.input];
