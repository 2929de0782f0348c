namespace Assay.Engine.Models;

/// <summary>A tensor under the name by which a graph knows it.</summary>
public readonly record struct NamedTensor(string Name, Tensor Value);
