using Assay.Engine.Models;
using Assay.Engine.Tests.Execution;

namespace Assay.Engine.Tests.Conformance;

/// <summary>Vectors of what has parameters element by element, of numbers in few bits, and of recurrence.</summary>
internal static class ElementVectors
{
    private static readonly Attributes None = Attributes.None;

    public static IEnumerable<FastCase> All() => [.. Activations(), .. Bits(), .. Narrow(), .. Quantised(), .. Recurrence()];

    private static IEnumerable<FastCase> Activations()
    {
        foreach (var type in new[] { DType.Float32, DType.Float16 })
        {
            var x = FastCase.Floats(1, true, type, 3, 15);
            yield return new($"LeakyRelu {type.Name()}", Primitive.LeakyRelu, None.With("alpha", 0.01f), 1, x);
            yield return new($"Elu {type.Name()}", Primitive.Elu, None.With("alpha", 1.5f), 1, x);
            yield return new($"HardSigmoid {type.Name()}", Primitive.HardSigmoid, None.With("alpha", 0.2f).With("beta", 0.5f), 1, x);
            yield return new($"PRelu {type.Name()}", Primitive.PRelu, None, 1, x, FastCase.Floats(2, false, type, 15));
            yield return new($"Where {type.Name()}", Primitive.Where, None, 1, Tensor.From<bool>(Shape.Of(3, 1), [true, false, true]), x, FastCase.Floats(3, true, type, 15));
            yield return new($"Mod {type.Name()}", Primitive.Mod, None.With("fmod", 1L), 1, x, FastCase.Floats(4, false, type, 15));
        }
        yield return new("LeakyRelu float64", Primitive.LeakyRelu, None.With("alpha", 0.01f), 1, VectorCases.Doubles(5, 9));
        yield return new("Elu float64", Primitive.Elu, None.With("alpha", 1f), 1, VectorCases.Doubles(5, 9));
        yield return new("Range float32", Primitive.Range, None, 1, Tensor.Scalar(-0.3f), Tensor.Scalar(1f), Tensor.Scalar(0.1f));
        yield return new("Range int64", Primitive.Range, None, 1, Tensor.Scalar(10L), Tensor.Scalar(-3L), Tensor.Scalar(-4L));
    }

    private static IEnumerable<FastCase> Bits()
    {
        Tensor a = Tensor.From<byte>(Shape.Of(4), [0, 1, 170, 255]), b = Tensor.From<byte>(Shape.Of(4), [3, 1, 7, 15]);
        Tensor p = Tensor.From<bool>(Shape.Of(2, 1), [true, false]), q = Tensor.From<bool>(Shape.Of(2), [true, false]);
        foreach (var op in new[] { Primitive.And, Primitive.Or, Primitive.Xor })
        {
            yield return new($"{op} bool", op, None, 1, p, q);
            yield return new($"{op} uint8", op, None, 1, a, b);
        }
        foreach (var direction in new[] { "LEFT", "RIGHT" })
            yield return new($"BitShift {direction}", Primitive.BitShift, None.With("direction", direction), 1, a, b);
        foreach (var fmod in new[] { 0L, 1L })
            yield return new($"Mod int32 {fmod}", Primitive.Mod, fmod == 0 ? None : None.With("fmod", fmod), 1, Tensor.From<int>(Shape.Of(4), [-7, 7, -7, 7]), Tensor.From<int>(Shape.Of(4), [3, 3, -3, -3]));
        yield return new("BitCast", Primitive.BitCast, None.With("to", (long)DType.Int32), 1, FastCase.Floats(6, true, DType.Float32, 9));
    }

    private static IEnumerable<FastCase> Narrow()
    {
        var x = Tensor.From<float>(Shape.Of(24),
        [
            0, -0f, 1, -1, 0.0019f, 0.00097f, 0.0146f, 0.4f, 1.0625f, 1.1875f, 3.3f, -5, 5.9f, 7.5f, 8, -9, 200, 448, 465, 500, 57344, 61441, 1e9f, float.NaN,
        ]);
        foreach (var to in Enum.GetValues<DType>().Where(t => t is >= DType.Float8E4M3FN and <= DType.Int2))
        {
            yield return new($"Cast float32 to {to.Name()}", Primitive.Cast, None.With("to", (long)to), 1, x);
            var count = to is DType.UInt4 or DType.Int4 or DType.Float4E2M1 ? 16 : to is DType.UInt2 or DType.Int2 ? 4 : 256;
            // In memory a whole byte each; the signed kinds extend their sign.
            var half = to is DType.Int4 or DType.Int2 ? count / 2 : 0;
            var all = Tensor.Wrap(to, Shape.Of(count), Enumerable.Range(-half, count).Select(v => unchecked((byte)v)).ToArray());
            yield return new($"Cast {to.Name()} to float32", Primitive.Cast, None.With("to", (long)DType.Float32), 1, all);
        }
    }

    private static IEnumerable<FastCase> Quantised()
    {
        var x = FastCase.Floats(7, 4, 6);
        var scales = Tensor.From<float>(Shape.Of(4), [0.05f, 0.5f, 0.013f, 1]);
        foreach (var (to, zero) in new[] { (DType.UInt8, Tensor.From<byte>(Shape.Of(4), [0, 128, 3, 255])), (DType.Int8, Tensor.From<sbyte>(Shape.Of(4), [0, -5, 127, -128])) })
        {
            yield return new($"QuantizeLinear {to.Name()}", Primitive.QuantizeLinear, None.With("to", (long)to).With("axis", 0L), 1, x, scales, zero);
            var y = Tensor.Wrap(to, Shape.Of(4, 6), Enumerable.Range(0, 24).Select(v => (byte)(v * 11)).ToArray());
            yield return new($"DequantizeLinear {to.Name()}", Primitive.DequantizeLinear, None.With("to", (long)DType.Float32).With("axis", 0L), 1, y, scales, zero);
        }
        Tensor a = Tensor.From<byte>(Shape.Of(3, 5), [.. Enumerable.Range(0, 15).Select(v => (byte)(v * 17))]), b = Tensor.From<sbyte>(Shape.Of(5, 4), [.. Enumerable.Range(0, 20).Select(v => (sbyte)((v * 13) - 128))]);
        yield return new("MatMulInteger", Primitive.MatMulInteger, None, 1, a, b, Tensor.From<byte>(Shape.Scalar, [7]), Tensor.From<sbyte>(Shape.Scalar, [-3]));
        yield return new("ConvInteger", Primitive.ConvInteger, None, 1, Tensor.From<byte>(Shape.Of(1, 1, 3, 5), [.. Enumerable.Range(0, 15).Select(v => (byte)(v * 17))]),
            Tensor.From<byte>(Shape.Of(2, 1, 2, 2), [1, 2, 3, 255, 9, 0, 128, 7]), Tensor.From<byte>(Shape.Scalar, [5]));
    }

    private static IEnumerable<FastCase> Recurrence()
    {
        foreach (var (op, gates) in new[] { (Primitive.Gru, 3), (Primitive.Rnn, 1), (Primitive.Lstm, 4) })
            foreach (var direction in new[] { "forward", "bidirectional" })
            {
                var d = direction == "forward" ? 1 : 2;
                var a = d == 1 ? None : None.With("direction", direction);
                yield return new($"{op} {direction}", op, a, op == Primitive.Lstm ? 3 : 2, FastCase.Floats(8, 3, 2, 4), FastCase.Floats(9, d, gates * 3, 4), FastCase.Floats(10, d, gates * 3, 3), FastCase.Floats(11, d, 2 * gates * 3));
                if (op == Primitive.Gru)
                    yield return new($"Gru {direction}, linear before reset", op, a.With("linear_before_reset", 1L), 2, FastCase.Floats(8, 3, 2, 4), FastCase.Floats(9, d, 9, 4), FastCase.Floats(10, d, 9, 3), FastCase.Floats(11, d, 18));
            }
        yield return new("LinearAttention", Primitive.LinearAttention, None.With("q_num_heads", 1L).With("kv_num_heads", 1L), 2, FastCase.Floats(12, 1, 3, 2), FastCase.Floats(13, 1, 3, 2), FastCase.Floats(14, 1, 3, 4));
    }
}
