using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Proofs.Field;

namespace Assay.Proofs.Soundness;

/// <summary>A part of the error.</summary>
/// <param name="Centibits">The part is below 2^−(this/100): rounded down.</param>
public readonly record struct SoundnessTerm(string Name, int Centibits);

/// <summary>
/// A bound on how likely a false statement is accepted, for each attempt of a prover (docs/spec/proofs.md section 9): proved, in the radius
/// of unique decoding, up to the hash. In exact integers, so that nobody rounds it up.
/// </summary>
/// <param name="Terms">Each by itself.</param>
/// <param name="Centibits">Of their sum, rounded down.</param>
public sealed record SoundnessReport(ImmutableArray<SoundnessTerm> Terms, int Centibits)
{
    /// <summary>Below this a verifier refuses (C2).</summary>
    public const int LeastBits = 100;

    /// <summary>Largest values that a verifier takes (C2): they bound its work before it has read a proof.</summary>
    public const ulong MostLookups = 1 << 22, MostLength = 1 << 17;

    /// <inheritdoc cref="MostLookups"/>
    public const int MostClaims = 1 << 12, MostQueries = 1 << 12;

    private static readonly BigInteger FieldSize = BigInteger.Pow(Felt.Modulus, Felt4.Degree);

    /// <summary>Whether the error is at most 2^−100.</summary>
    public bool Suffices => Centibits >= 100 * LeastBits;

    public static SoundnessReport Of(SoundnessCounts counts)
    {
        var (caught, all) = QueryError(counts);
        var field = FieldErrors(counts);
        var sum = field.Aggregate(BigInteger.Zero, (total, term) => total + term.Error);
        return new SoundnessReport(
            [.. field.Select(t => new SoundnessTerm(t.Name, LogOf(t.Error, FieldSize))), new SoundnessTerm("queries", LogOf(caught, all))],
            LogOf(caught * FieldSize + sum * all, all * FieldSize));
    }

    /// <summary>Whether the error is at most 2^−100, without its figures: what a verifier asks.</summary>
    public static bool IsSound(SoundnessCounts counts)
    {
        var (caught, all) = QueryError(counts);
        var sum = FieldErrors(counts).Aggregate(BigInteger.Zero, (total, term) => total + term.Error);
        return (caught * FieldSize + sum * all) << LeastBits <= all * FieldSize;
    }

    /// <summary>A line for each term.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, centibits) in Terms.Append(new SoundnessTerm("total", Centibits)))
            text.Append(CultureInfo.InvariantCulture, $"{name,-22} 2^-{centibits / 100}.{centibits % 100:00}\n");
        return text.ToString();
    }

    // The code's word differs from another in more than n − C places; e of them are decoded. A query misses the others with chance caught / all.
    private static (BigInteger Caught, BigInteger All) QueryError(SoundnessCounts counts)
    {
        BigInteger length = counts.Length, errors = (counts.Length - (1UL << counts.LogColumns)) / 2;
        return (BigInteger.Pow(length - errors - 1, counts.Queries), BigInteger.Pow(length, counts.Queries));
    }

    // Each over the size of the extension.
    private static (string Name, BigInteger Error)[] FieldErrors(SoundnessCounts counts) =>
    [
        ("lookups", counts.Lookups),
        ("tree", Enumerable.Range(1, counts.Depth - 1).Aggregate(BigInteger.Zero, (sum, i) => sum + 3 * i + 2)),
        ("sumchecks", counts.SumcheckDegrees + counts.Mixing),
        ("proximity", counts.ClaimCoordinates * (BigInteger)counts.Length),
        ("batching and columns", 2 * (ulong)Protocol.Opening.LogOf(counts.Claims) + 2 * (ulong)counts.LogColumns),
    ];

    // 100 log2(b/a), rounded down: (b/a)^100 has so many bits before its point.
    private static int LogOf(BigInteger a, BigInteger b) =>
        a.IsZero ? int.MaxValue : a >= b ? 0 : (int)(BigInteger.Pow(b, 100) / BigInteger.Pow(a, 100)).GetBitLength() - 1;
}
