using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>
/// Rows into codewords (docs/spec/proofs.md section 4): <see cref="Assay.Proofs.Polynomials.Ntt.Forward"/> of the row's C values with zeros
/// behind them, in sixteen lanes.
/// </summary>
/// <remarks>
/// With n = 16 R, the place 16 k + c of the codeword is the place k of a transform of size R:
/// <code>
/// X[16 k + c] = Σ over r &lt; R of ω_R^(r k) · y_c[r],   y_c[r] = ω_n^(r c) · Σ over t &lt; C/R of x[r + R t] · ω_16^(t c)
/// </code>
/// so lane c has a transform of its own, all with the same twiddles, and nothing is shuffled. The transform leaves its places in the order of
/// reversed bits: position r of the result has the sixteen places from <see cref="PlaceOf"/>(r) on. Words are canonical before and after.
/// </remarks>
internal sealed class RowEncoder
{
    /// <summary>Places of a codeword that stand together.</summary>
    public const int Group = 16;

    private static readonly ConcurrentDictionary<(int Columns, int Length), RowEncoder> Made = new();

    private readonly int log;
    private readonly uint[] lanesIn;
    private readonly uint[][] terms;
    private readonly uint[][] twiddles;

    /// <param name="logColumns">Of a row: at least 4.</param>
    /// <param name="logLength">Of a codeword: at most 3 more.</param>
    public RowEncoder(int logColumns, int logLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(logColumns, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(logLength, logColumns + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logLength, Math.Min(logColumns + 3, Felt.TwoAdicity));
        (Columns, Length, log) = (1 << logColumns, 1 << logLength, logLength - 4);
        var root = Felt.RootOfUnity(logLength);
        lanesIn = new uint[Length];
        for (var r = 0; r < Length / Group; r++)
        {
            var step = root.Power((ulong)r);
            var power = Felt.One;
            for (var c = 0; c < Group; c++, power *= step)
                lanesIn[r * Group + c] = power.Form;
        }
        terms = [.. Enumerable.Range(0, Columns / (Length / Group)).Select(t => Enumerable.Range(0, Group).Select(c => Felt.RootOfUnity(4).Power((ulong)(t * c)).Form).ToArray())];
        // Of the stage that joins places half apart: ω_(2 half)^i.
        twiddles = [.. Enumerable.Range(0, log).Select(stage => Powers(Felt.RootOfUnity(stage + 1), 1 << stage))];
    }

    /// <summary>Twiddles are made once for each size.</summary>
    public static RowEncoder Of(int logColumns, int logLength) => Made.GetOrAdd((logColumns, logLength), size => new RowEncoder(size.Columns, size.Length));

    /// <summary>Of a row.</summary>
    public int Columns { get; }

    /// <summary>Of a codeword.</summary>
    public int Length { get; }

    /// <summary>The first of the sixteen places of the codeword that position <paramref name="r"/> of a result has.</summary>
    public int PlaceOf(int r)
    {
        var reversed = 0;
        for (var bit = 0; bit < log; bit++)
            reversed |= (r >> bit & 1) << (log - 1 - bit);
        return reversed * Group;
    }

    /// <param name="row">Canonical.</param>
    /// <param name="word">All of it is written.</param>
    public void Encode(ReadOnlySpan<uint> row, Span<uint> word)
    {
        if (row.Length != Columns || word.Length != Length)
            throw new ArgumentException($"a row of {row.Length} into a word of {word.Length}", nameof(row));
        if (Vector512.IsHardwareAccelerated)
            Encode<Lanes512>(row, word);
        else if (Vector256.IsHardwareAccelerated)
            Encode<Lanes256>(row, word);
        else
            Encode<Lanes128>(row, word);
    }

    /// <summary>With lanes of a width, whichever the machine prefers: all give the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Encode<T>(ReadOnlySpan<uint> row, Span<uint> word) where T : struct, ILanes<T>
    {
        var places = Length / Group;
        for (var r = 0; r < places; r++)
            for (var c = 0; c < Group; c += T.Count)
            {
                var sum = T.Of(row[r]);
                for (var t = 1; t < terms.Length; t++)
                    sum = FieldLanes.Add(sum, FieldLanes.Multiply(T.Of(row[r + places * t]), T.Load(in terms[t][c])));
                FieldLanes.Multiply(sum, T.Load(in lanesIn[r * Group + c])).Store(ref word[r * Group + c]);
            }
        for (var stage = log - 1; stage >= 0; stage--)
            Stage<T>(word, 1 << stage, twiddles[stage]);
    }

    // Decimation in frequency (Gentleman and Sande 1966): (a, b) becomes (a + b, (a − b) ω^i).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Stage<T>(Span<uint> word, int half, uint[] powers) where T : struct, ILanes<T>
    {
        for (var block = 0; block < word.Length; block += 2 * half * Group)
            for (var i = 0; i < half; i++)
            {
                var twiddle = T.Of(powers[i]);
                for (var c = 0; c < Group; c += T.Count)
                {
                    ref var low = ref word[block + i * Group + c];
                    ref var high = ref word[block + (i + half) * Group + c];
                    var (a, b) = (T.Load(in low), T.Load(in high));
                    FieldLanes.Add(a, b).Store(ref low);
                    FieldLanes.Multiply(FieldLanes.Subtract(a, b), twiddle).Store(ref high);
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint[] Powers(Felt root, int count)
    {
        var powers = new uint[count];
        var power = Felt.One;
        for (var i = 0; i < count; i++, power *= root)
            powers[i] = power.Form;
        return powers;
    }
}
