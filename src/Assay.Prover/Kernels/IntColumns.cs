using System.Runtime.CompilerServices;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>Linear functions of columns of small integers, which stay integers until they are multiplied: four products for each instead of sixteen.</summary>
/// <remarks>
/// An integer z, |z| &lt; p/2, is z modulo p as a word that is not in Montgomery's form; a factor is a · 2^64, so that their product is the
/// form of a z.
/// </remarks>
internal static class IntColumns
{
    // The low part of a point that is expanded: its table stays in the nearest cache.
    private const int MostLow = 8;

    private static readonly Felt Twice = Felt.From(1L << 32), Once = Twice.Invert();

    /// <summary>The extension of 2^n values at a point.</summary>
    public static Felt4 At(Team team, int[] values, ReadOnlySpan<Felt4> point)
    {
        if (point.Length < 4)
            return Plain(values, point);
        var low = Math.Min(point.Length, MostLow);
        var eq = new uint[Packed.WordsOf(1 << low)];
        EqTables.Fill(point[^low..], Twice, eq);
        var high = Assay.Proofs.Polynomials.Multilinear.EqTable(point[..^low]);
        var (gate, sum) = (new Lock(), Felt4.Zero);
        team.Split(high.Length, 64, (from, to) =>
        {
            var kernel = new Dotting(values, from << low, eq, high, from, to, new Felt4[1]);
            Widths.Run(kernel);
            lock (gate)
                sum += kernel.Sum[0];
        });
        return sum;
    }

    /// <summary>Σ values[from + k] weights[k].</summary>
    /// <param name="weights">Packed, scaled; whole groups.</param>
    public static Felt4 Dot(int[] values, int from, uint[] weights)
    {
        if (values.Length < from + weights.Length / Felt4.Degree)
            throw new ArgumentException($"{values.Length} values", nameof(values));
        var kernel = new Dotting(values, from, weights, [Felt4.One], 0, 1, new Felt4[1]);
        Widths.Run(kernel);
        return kernel.Sum[0];
    }

    /// <summary>z modulo p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Residue<T>(ref readonly int first) where T : struct, ILanes<T>
    {
        var word = T.Load(in Unsafe.As<int, uint>(ref Unsafe.AsRef(in first)));
        return T.Min(word, word + T.Of(Felt.Modulus));
    }

    /// <summary>What <see cref="Scaled"/> was of.</summary>
    public static Felt4 Unscaled(Felt4 factor) => factor * Once;

    /// <summary>As a factor for <see cref="Residue"/>.</summary>
    public static Felt4 Scaled(Felt4 factor) => factor * Twice;

    private static Felt4 Plain(int[] values, ReadOnlySpan<Felt4> point)
    {
        var (sum, eq) = (Felt4.Zero, Assay.Proofs.Polynomials.Multilinear.EqTable(point));
        for (var i = 0; i < values.Length; i++)
            sum += eq[i] * Felt.From((long)values[i]);
        return sum;
    }

    // Of each block of values its dot product with eq, times one of the factors.
    private readonly struct Dotting(int[] values, int first, uint[] eq, Felt4[] factors, int from, int to, Felt4[] sum) : IKernel
    {
        public Felt4[] Sum => sum;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>() where T : struct, ILanes<T>
        {
            Elements<T> all = default;
            for (var (h, k) = (from, first); h < to; h++)
            {
                Elements<T> total = default;
                for (var group = 0; group < eq.Length; group += Packed.Words, k += Packed.Group)
                    for (var lane = 0; lane < Packed.Group; lane += T.Count)
                        total += Elements<T>.Load(ref eq[group + lane]) * Residue<T>(in values[k + lane]);
                var factor = Elements<T>.Of(factors[h]);
                Steps.AddProduct(total, factor, ref all);
            }
            sum[0] = all.Sum();
        }
    }
}
