using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>Speed means nothing where the answer is another one.</summary>
internal static class Agreement
{
    /// <exception cref="BenchException">An output is missing, is of another type or shape, or differs by more than the tolerance.</exception>
    public static void Check(string what, IReadOnlyDictionary<string, Tensor> actual, IReadOnlyDictionary<string, Tensor> expected, double tolerance)
    {
        foreach (var (name, wanted) in expected)
        {
            if (!actual.TryGetValue(name, out var got))
                throw new BenchException($"{what}: no output '{name}'");
            if (got.Type != wanted.Type || got.Shape != wanted.Shape)
                throw new BenchException($"{what}: output '{name}' is {got}, not {wanted}");
            double[] a = Doubles(got), e = Doubles(wanted);
            for (var i = 0; i < a.Length; i++)
                // Written so that a NaN on either side fails.
                if (!(Math.Abs(a[i] - e[i]) <= tolerance))
                    throw new BenchException($"{what}: element {i} of '{name}' is {a[i]:R}, not {e[i]:R} (tolerance {tolerance})");
        }
    }

    private static double[] Doubles(Tensor tensor) => tensor.Type switch
    {
        DType.Float32 => Array.ConvertAll(tensor.Span<float>().ToArray(), v => (double)v),
        DType.Float16 => Array.ConvertAll(tensor.Span<Half>().ToArray(), v => (double)v),
        _ => throw new BenchException($"outputs of type {tensor.Type.Name()} are not compared"),
    };
}
