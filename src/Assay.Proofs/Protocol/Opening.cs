using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol;

/// <summary>Where a block of values stands in a matrix: whole rows, or an aligned part of one.</summary>
/// <param name="Matrix">Of those that are opened together: 0 the model's, 1 the witness's.</param>
/// <param name="Row">Its first row.</param>
/// <param name="Slot">Of a block smaller than a row, its place among parts of its size; else 0.</param>
/// <param name="Log">It has 2^<paramref name="Log"/> values.</param>
public readonly record struct BlockPlace(int Matrix, int Row, int Slot, int Log);

/// <summary>A claim that a block's extension has a value at a point.</summary>
public readonly record struct Claim(BlockPlace Place, ImmutableArray<Felt4> Point, Felt4 Value);

/// <summary>Sizes of an opening.</summary>
/// <param name="LogColumns">Of a row: c.</param>
/// <param name="LogLength">Of a codeword: c plus the logarithm of one over the rate.</param>
/// <param name="Queries">Columns that are looked at, with replacement.</param>
public readonly record struct OpeningSize(int LogColumns, int LogLength, int Queries);

/// <summary>A committed matrix.</summary>
/// <param name="Check">What is refuted if its columns are not those of the root.</param>
public readonly record struct CommittedMatrix(byte[] Root, int Rows, ProofCheck Check);

/// <summary>
/// Claims on rows of committed matrices, checked at once (docs/spec/proofs.md section 4): a sumcheck over columns, one combined row, and
/// some of its codeword's places compared with the committed columns. Ligero-style (Ames, Hazay, Ishai and Venkitasubramaniam 2017),
/// in the radius of unique decoding.
/// </summary>
public static class Opening
{
    /// <summary>The rows that a claim combines, with what each is multiplied by, and the point within a row.</summary>
    public static (Felt4[] Rows, Felt4[] Columns) Split(in Claim claim, int logColumns)
    {
        var point = claim.Point.AsSpan();
        if (claim.Place.Log >= logColumns)
            return (Multilinear.EqTable(point[..(claim.Place.Log - logColumns)]), point[^logColumns..].ToArray());
        var columns = new Felt4[logColumns];
        var slotBits = logColumns - claim.Place.Log;
        for (var i = 0; i < slotBits; i++)
            columns[i] = Felt4.From(claim.Place.Slot >> (slotBits - 1 - i) & 1);
        point.CopyTo(columns.AsSpan(slotBits));
        return ([Felt4.One], columns);
    }

    /// <summary>A batch of so many claims is mixed by a point of so many coordinates.</summary>
    public static int LogOf(int claims) => claims <= 1 ? 0 : int.Log2(claims - 1) + 1;

    /// <exception cref="ProofRefused">C20 to C24.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Read(ProofReader proof, OpeningSize size, ReadOnlySpan<CommittedMatrix> matrices, IReadOnlyList<Claim> claims)
    {
        var mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, LogOf(claims.Count)));
        var sum = Felt4.Zero;
        for (var i = 0; i < claims.Count; i++)
            sum += mix[i] * claims[i].Value;
        var (point, final) = Sumcheck.Read(proof, Tags.ColumnRound, sum, size.LogColumns, degree: 2);
        var values = proof.Take(Tags.ColumnEvaluations, claims.Count);
        var expected = Felt4.Zero;
        for (var i = 0; i < claims.Count; i++)
            expected += mix[i] * Multilinear.Eq(Split(claims[i], size.LogColumns).Columns, point) * values[i];
        proof.Require(final == expected, ProofCheck.ColumnSumcheck);

        mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, LogOf(claims.Count)));
        var row = proof.Take(Tags.CombinedRow, 1 << size.LogColumns);
        expected = Felt4.Zero;
        for (var i = 0; i < claims.Count; i++)
            expected += mix[i] * values[i];
        proof.Require(Multilinear.Evaluate(row, point) == expected, ProofCheck.InnerProduct);

        var indices = Queried(proof.Transcript, size);
        var columns = new int[matrices.Length][][];
        var omega = Felt.RootOfUnity(size.LogLength);
        var sums = new Felt4[indices.Length];
        for (var m = 0; m < matrices.Length; m++)
        {
            var coefficients = Coefficients(claims, mix, m, matrices[m].Rows, size.LogColumns);
            columns[m] = new int[indices.Length][];
            for (var q = 0; q < indices.Length; q++)
            {
                columns[m][q] = proof.TakeLast(matrices[m].Rows);
                sums[q] += InnerProducts.Of(coefficients, columns[m][q]);
            }
        }
        var word = RowValues.At(row, [.. indices.Select(i => omega.Power((ulong)i))]);
        for (var q = 0; q < indices.Length; q++)
            proof.Require(word[q] == sums[q], ProofCheck.QueriedColumn);
        for (var m = 0; m < matrices.Length; m++)
        {
            var root = ColumnHash.Root(indices, [.. columns[m].Select(c => ColumnHash.LeafOfWords(c))], size.LogLength, () => proof.TakeHash().ToArray());
            proof.Require(root.AsSpan().SequenceEqual(matrices[m].Root), matrices[m].Check);
        }
    }

    /// <summary>The columns that are looked at: ascending, each once.</summary>
    public static int[] Queried(Hashing.Transcript transcript, OpeningSize size) =>
        [.. transcript.Indices(Tags.Indices, size.Queries, size.LogLength).Distinct().Order()];

    /// <summary>What each row of a matrix is multiplied by in the combined row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Felt4[] Coefficients(IReadOnlyList<Claim> claims, ReadOnlySpan<Felt4> mix, int matrix, int rows, int logColumns)
    {
        var coefficients = new Felt4[rows];
        for (var i = 0; i < claims.Count; i++)
        {
            if (claims[i].Place.Matrix != matrix)
                continue;
            var of = Split(claims[i], logColumns).Rows;
            for (var r = 0; r < of.Length; r++)
                coefficients[claims[i].Place.Row + r] += mix[i] * of[r];
        }
        return coefficients;
    }
}
