using Assay.Engine.Models;
using Assay.Engine.Tests.Numerics;

namespace Assay.Engine.Tests.Execution;

/// <summary>Integers, bools, choices and activations over odd shapes, few and many elements.</summary>
internal static class ElementCases
{
    private static readonly (int[] A, int[] B, int[] C)[] Shapes =
        [([5, 33], [33], [5, 1]), ([3, 1, 50, 1], [1, 40, 1, 6], []), ([9001], [1], [9001]), ([2, 9001], [2, 9001], [2, 1]), ([60, 60], [60, 60], [60, 60]), ([0, 2000], [1], [2000])];

    public static IEnumerable<FastCase> All()
    {
        foreach (var type in new[] { DType.Int64, DType.Int32, DType.UInt8, DType.Int8, DType.Bool, DType.UInt16 })
            foreach (var (a, b, c) in Shapes)
            {
                var name = $"{type} {string.Join('x', a)} {string.Join('x', b)}";
                foreach (var op in new[] { Primitive.Add, Primitive.Sub, Primitive.Mul, Primitive.Min, Primitive.Max, Primitive.Less, Primitive.Greater, Primitive.Equal, Primitive.And, Primitive.Or, Primitive.Xor })
                    if (type != DType.Bool || op is Primitive.Equal or Primitive.And or Primitive.Or or Primitive.Xor)
                        yield return new($"{op} {name}", op, Attributes.None, 1, Whole(1, type, a), Whole(2, type, b));
                yield return new($"Where {name}", Primitive.Where, Attributes.None, 1, Whole(3, DType.Bool, c), Whole(1, type, a), Whole(2, type, b));
                foreach (var to in new[] { DType.Float32, DType.Float16, DType.Int64, DType.Int32, DType.Bool, DType.UInt8 })
                    yield return new($"Cast {name} {to}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, Whole(1, type, a));
                yield return new($"Not {name}", Primitive.Not, Attributes.None, 1, Whole(1, type, a));
            }
        foreach (var type in new[] { DType.Float32, DType.Float16, DType.BFloat16 })
            foreach (var (a, b, c) in Shapes)
            {
                var name = $"{type} {string.Join('x', a)} {string.Join('x', b)}";
                Tensor x = FastCase.Floats(1, true, type, a), y = FastCase.Floats(2, true, type, b);
                foreach (var op in new[] { Primitive.Less, Primitive.Greater, Primitive.Equal })
                    yield return new($"{op} {name}", op, Attributes.None, 1, x, y);
                yield return new($"Where {name}", Primitive.Where, Attributes.None, 1, Whole(3, DType.Bool, c), x, y);
                foreach (var to in new[] { DType.Bool, DType.Int64, DType.Int32, DType.UInt8, DType.Int8 })
                    yield return new($"Cast {name} {to}", Primitive.Cast, Attributes.None.With("to", (long)to), 1, x);
                foreach (var op in new[] { Primitive.LeakyRelu, Primitive.Elu, Primitive.HardSigmoid })
                    yield return new($"{op} {name}", op, Attributes.None.With("alpha", 0.3f).With("beta", 0.5f), 1, x);
                if (a.Length >= b.Length && !(a is [3, ..]))
                    yield return new($"PRelu {name}", Primitive.PRelu, Attributes.None, 1, x, y);
            }
    }

    public static IEnumerable<FastCase> Products()
    {
        foreach (var left in new[] { DType.UInt8, DType.Int8 })
            foreach (var right in new[] { DType.UInt8, DType.Int8 })
                foreach (var (m, n, k) in new[] { (1, 1, 1), (5, 33, 70), (40, 16, 9), (3, 100, 300) })
                    foreach (var zeros in new int[]?[] { null, [1], [n] })
                        yield return new($"MatMulInteger {left} {right} {m} {n} {k} {zeros?[0]}", Primitive.MatMulInteger, Attributes.None, 1,
                            Whole(1, left, [m, k]), Whole(2, right, [k, n]), zeros is null ? null : Whole(3, left, []), zeros is null ? null : Whole(4, right, zeros));
        yield return new("MatMulInteger batches", Primitive.MatMulInteger, Attributes.None, 1, Whole(1, DType.Int8, [2, 3, 7]), Whole(2, DType.UInt8, [7, 20]));
        yield return new("MatMulInteger rows", Primitive.MatMulInteger, Attributes.None, 1, Whole(1, DType.Int8, [3, 7]), Whole(2, DType.UInt8, [7, 20]), Whole(3, DType.Int8, [3, 1]));
    }

    private static Tensor Whole(ulong seed, DType type, int[] dims)
    {
        var tensor = Tensor.Create(type, Shape.Of(dims));
        for (var i = 0; i < tensor.Bytes.Length; i++)
            tensor.MutableBytes[i] = (byte)(Sample.Hash((seed << 32) + (ulong)i) & (type == DType.Bool ? 1u : 255u));
        return tensor;
    }
}
