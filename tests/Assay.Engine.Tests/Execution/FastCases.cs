using System.Collections.Immutable;
using Assay.Engine.Models;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>One-node graphs over odd shapes, for comparing executors.</summary>
internal sealed record FastCase(string Name, Primitive Op, Attributes Attributes, int Outputs, params Tensor?[] Operands)
{
    /// <summary>The graph with operand i an input, or a constant where <paramref name="constants"/> and it is not the first.</summary>
    public (Graph Graph, Dictionary<string, Tensor> Inputs) Build(bool constants)
    {
        var values = new List<ValueInfo>();
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var held = ImmutableDictionary.CreateBuilder<int, Tensor>();
        var ids = new List<int>();
        var fed = new List<int>();
        foreach (var operand in Operands)
        {
            if (operand is null)
            {
                ids.Add(-1);
                continue;
            }
            var id = values.Count;
            values.Add(new ValueInfo($"v{id}", operand.Type, operand.Shape.Dims));
            ids.Add(id);
            // Operands that speak of shapes are always constants, as nearly every model has them.
            if ((constants && id > 0) || operand.Type == DType.Int64)
                held[id] = operand;
            else
            {
                fed.Add(id);
                inputs[$"v{id}"] = operand;
            }
        }
        var results = Enumerable.Range(values.Count, Outputs).ToImmutableArray();
        foreach (var id in results)
            values.Add(new ValueInfo($"v{id}", null, default));
        var node = new Node(Op, [.. ids], results, Attributes, [], $"node 0 ({Op})");
        return (new Graph(Name, [.. fed], new Block([node], results), [.. values], held.ToImmutable()), inputs);
    }

    public override string ToString() => Name;

    /// <summary>Values of every kind: ordinary, tiny, huge, zeros of both signs, and in <paramref name="wild"/> also infinities and NaNs.</summary>
    public static Tensor Floats(ulong seed, bool wild, DType type, params int[] dims)
    {
        var shape = Shape.Of(dims);
        var values = new float[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var h = Sample.Hash((seed << 32) + (ulong)i);
            var unit = Sample.Unit((seed << 32) + (ulong)i);
            values[i] = (h % 61) switch
            {
                0 => 0f,
                1 => -0f,
                2 => unit * 1e-39f,
                3 => unit * 1e-20f,
                4 => unit * 300,
                5 when wild => BitConverter.Int32BitsToSingle((int)(h >> 16)),
                6 when wild => float.PositiveInfinity,
                _ => unit * 3,
            };
        }
        var tensor = Tensor.From<float>(shape, values);
        return type == DType.Float32 ? tensor : Narrow(tensor, type);
    }

    public static Tensor Floats(ulong seed, params int[] dims) => Floats(seed, false, DType.Float32, dims);

    public static Tensor Ints(params long[] values) => Tensor.From<long>(Shape.Of(values.Length), values);

    private static Tensor Narrow(Tensor tensor, DType type)
    {
        var result = Tensor.Create(type, tensor.Shape);
        for (var i = 0; i < tensor.Count; i++)
            result.MutableSpan<ushort>()[i] = type == DType.Float16
                ? BitConverter.HalfToUInt16Bits((Half)tensor.Span<float>()[i])
                : (ushort)(BitConverter.SingleToUInt32Bits(tensor.Span<float>()[i]) >> 16);
        return result;
    }
}
