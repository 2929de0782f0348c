using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Prover.Kernels;

/// <summary>Tables of eq in packed form, made from the last coordinate to the first: each doubles the table, and its halves are where they belong.</summary>
internal static class EqTables
{
    /// <summary><see cref="Multilinear.EqTable"/>, packed. Fewer than sixteen values stand in one group whose rest is 0.</summary>
    public static uint[] Of(ReadOnlySpan<Felt4> point)
    {
        var words = new uint[Packed.WordsOf(1 << point.Length)];
        Fill(point, Felt4.One, words);
        return words;
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{Felt4})"/>
    public static uint[] Of(Arrays arrays, ReadOnlySpan<Felt4> point)
    {
        var words = arrays.Take(Packed.WordsOf(1 << point.Length));
        if (point.Length < 4)
            Array.Clear(words);
        Fill(point, Felt4.One, words);
        return words;
    }

    /// <param name="scale">What all of it is multiplied by.</param>
    /// <param name="words">Of 2^k elements, or of one group where that is less.</param>
    public static void Fill(ReadOnlySpan<Felt4> point, Felt4 scale, Span<uint> words)
    {
        var few = Math.Min(point.Length, 4);
        foreach (var (i, value) in Multilinear.EqTable(point[^few..]).Index())
            Packed.Set(words, i, value * scale);
        for (var (at, size) = (point.Length - few - 1, Packed.Group); at >= 0; at--, size *= 2)
            Widths.Run(new Doubling(point[at]), words[..Packed.WordsOf(2 * size)]);
    }

    private readonly struct Doubling(Felt4 coordinate) : ISpanKernel
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<T>(Span<uint> words) where T : struct, ILanes<T>
        {
            var factor = new Factor<T>(coordinate);
            var half = words.Length / 2;
            for (var at = 0; at < half; at += Packed.Words)
                for (var lane = at; lane < at + Packed.Group; lane += T.Count)
                {
                    var value = Elements<T>.Load(ref words[lane]);
                    var high = value * factor;
                    (value - high).Store(ref words[lane]);
                    high.Store(ref words[half + lane]);
                }
        }
    }
}

/// <summary>
/// eq of a point that loses its first coordinate round by round, as a product of two tables: a short one for the last coordinates, which is read
/// again and again, and one for those before it. (Splitting: Dao and Thaler 2024; the factor of the round's own variable: Gruen 2024.)
/// </summary>
internal sealed class SplitEq
{
    private const int MostLow = 7;

    private int low;

    /// <param name="point">What is left after the first round's coordinate.</param>
    public SplitEq(ReadOnlySpan<Felt4> point)
    {
        low = Math.Min(point.Length, MostLow);
        Low = EqTables.Of(point[^low..]);
        High = Multilinear.EqTable(point[..^low]);
    }

    /// <summary>Packed, of <see cref="Block"/> values.</summary>
    public uint[] Low { get; }

    public Felt4[] High { get; private set; }

    /// <summary>Values that have one factor of <see cref="High"/>.</summary>
    public int Block => 1 << low;

    /// <summary>Without the first coordinate: both values of its variable together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Drop()
    {
        if (High.Length > 1)
        {
            var half = High.Length / 2;
            for (var i = 0; i < half; i++)
                High[i] += High[half + i];
            High = High[..half];
            return;
        }
        low--;
        for (var i = 0; i < 1 << low; i++)
            Packed.Set(Low, i, Packed.Get(Low, i) + Packed.Get(Low, (1 << low) + i));
    }
}
