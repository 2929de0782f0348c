using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Hashing;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference;

namespace Assay.Prover.Tests;

public sealed class OpeningTests
{
    private static readonly OpeningSize Size = new(LogColumns: 4, LogLength: 7, Queries: 24);

    private readonly Transcript random = new();
    private readonly EncodedMatrix[] matrices;
    private readonly List<Claim> claims;

    public OpeningTests()
    {
        // Two matrices: blocks of 64, 32 and, in one row together, 8, 4 and 4 values.
        matrices = [Matrix(7), Matrix(4)];
        claims =
        [
            Of(new BlockPlace(0, 0, 0, 6)), Of(new BlockPlace(0, 4, 0, 5)), Of(new BlockPlace(0, 6, 0, 3)), Of(new BlockPlace(0, 6, 2, 2)), Of(new BlockPlace(0, 6, 3, 2)),
            Of(new BlockPlace(1, 0, 0, 6)), Of(new BlockPlace(1, 0, 0, 6)),
        ];
    }

    [Fact]
    public void True_claims_hold()
    {
        Verify(Prove(matrices), claims);
        Verify(Prove(matrices, [claims[0]]), [claims[0]]);
    }

    [Fact]
    public void A_value_that_is_not_the_blocks_is_refused_by_the_sumcheck()
    {
        for (var i = 0; i < claims.Count; i++)
        {
            List<Claim> wrong = [.. claims];
            wrong[i] = wrong[i] with { Value = wrong[i].Value + Felt4.One };
            RefusedBy(ProofCheck.ColumnSumcheck, Prove(matrices), wrong);
        }
    }

    [Fact]
    public void A_matrix_that_was_not_committed_is_refused_by_its_root()
    {
        foreach (var (matrix, check) in ((int, ProofCheck)[])[(0, ProofCheck.ModelPath), (1, ProofCheck.WitnessPath)])
        {
            var rows = matrices[matrix].Rows.Select(r => r.ToArray()).ToArray();
            rows[1][3] += Felt.One;
            EncodedMatrix[] others = [.. matrices];
            others[matrix] = new EncodedMatrix(rows, 1 << Size.LogLength);
            var forged = claims.Select(c => c with { Value = Evaluate(others[c.Place.Matrix], c.Place, c.Point) }).ToList();
            RefusedBy(check, Prove(others, forged), forged);
        }
    }

    [Fact]
    public void A_combined_row_of_another_matrix_is_refused_by_the_columns()
    {
        // The committed columns are shown, and the row is another's: the proof is of what was never committed.
        var rows = matrices[1].Rows.Select(r => r.ToArray()).ToArray();
        rows[2][5] += Felt.One;
        var other = new EncodedMatrix(rows, 1 << Size.LogLength);
        var forged = claims.Select(c => c with { Value = Evaluate(c.Place.Matrix == 1 ? other : matrices[0], c.Place, c.Point) }).ToList();
        var proof = Prove([matrices[0], other], forged);
        var transcript = new Transcript();
        // What stands before the columns is as long as in any proof of these claims: replayed to know which are asked for.
        var head = 16 * (2 * Size.LogColumns + claims.Count + (1 << Size.LogColumns));
        var reader = new ProofReader(proof.AsMemory(0, head), transcript);
        transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count));
        Sumcheck.Read(reader, Tags.ColumnRound, Felt4.Zero, Size.LogColumns, 2);
        reader.Take(Tags.ColumnEvaluations, claims.Count);
        transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count));
        reader.Take(Tags.CombinedRow, 1 << Size.LogColumns);
        var indices = Opening.Queried(transcript, Size);
        var tail = new ProofWriter(new Transcript());
        foreach (var matrix in matrices)
            foreach (var index in indices)
                tail.PutLast(matrix.Column(index));
        foreach (var matrix in matrices)
            foreach (var (level, index) in ColumnHash.Siblings(indices, Size.LogLength))
                tail.PutHash(matrix.Node(level, index));
        RefusedBy(ProofCheck.QueriedColumn, [.. proof[..head], .. tail.ToArray()], forged);
    }

    [Fact]
    public void Values_of_rows_that_fit_the_sumcheck_and_are_not_theirs_are_refused_by_the_row() =>
        RefusedBy(ProofCheck.InnerProduct, Lie(values: (said, weights) => InKernel(said, weights[0], weights[1])), claims);

    [Fact]
    public void A_row_that_fits_the_point_and_is_not_the_combined_one_is_refused_by_the_columns() =>
        RefusedBy(ProofCheck.QueriedColumn, Lie(row: (row, eq) => InKernel(row, eq[0], eq[1])), claims);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_committed_row_that_is_far_from_any_codeword_is_refused_by_the_columns(int matrix)
    {
        // One place more than can be decoded is changed: some of the queries are there.
        var of = matrices.ToArray();
        var words = of[matrix].Rows.Select(r => Ntt.Encode([.. r.Select(v => (Felt4)v)], 1 << Size.LogLength).Select(w => w.C0).ToArray()).ToArray();
        for (var j = 0; j <= ((1 << Size.LogLength) - (1 << Size.LogColumns)) / 2; j++)
            words[1][j] += Felt.One;
        of[matrix] = new EncodedMatrix(of[matrix].Rows, words, 1 << Size.LogLength);
        RefusedBy(ProofCheck.QueriedColumn, Prove(of), claims, of);
    }

    [Fact]
    public void Every_flipped_byte_is_refused()
    {
        var proof = Prove(matrices);
        var found = new HashSet<ProofCheck>();
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= 1;
            found.Add(Refused(proof, claims));
            proof[i] ^= 1;
        }
        Assert.Equal([ProofCheck.Canonical, ProofCheck.ColumnSumcheck, ProofCheck.InnerProduct, ProofCheck.QueriedColumn, ProofCheck.ModelPath, ProofCheck.WitnessPath], found.Order());
        Assert.Equal(ProofCheck.End, Refused([.. proof, 0], claims));
        Assert.Equal(ProofCheck.Framing, Refused(proof[..^1], claims));
    }

    [Fact]
    public void Only_the_siblings_that_are_needed_are_in_a_proof()
    {
        Assert.Equal([(0, 4), (1, 3), (2, 0)], ColumnHash.Siblings([5], 3));
        Assert.Equal([(1, 1)], ColumnHash.Siblings([0, 1, 4, 5, 6, 7], 3));
        Assert.Empty(ColumnHash.Siblings([0, 1, 2, 3], 2));
    }

    private EncodedMatrix Matrix(int rows) =>
        new([.. Enumerable.Range(0, rows).Select(_ => random.Challenges(1, 1 << Size.LogColumns).Select(c => c.C1).ToArray())], 1 << Size.LogLength);

    private Claim Of(BlockPlace place)
    {
        var point = random.Challenges(1, place.Log).ToImmutableArray();
        return new Claim(place, point, Evaluate(matrices[place.Matrix], place, point));
    }

    private static Felt4 Evaluate(EncodedMatrix matrix, BlockPlace place, ImmutableArray<Felt4> point)
    {
        var values = matrix.Rows.Skip(place.Row).SelectMany(r => r).Skip(place.Slot << place.Log).Take(1 << place.Log).ToArray();
        return Multilinear.Evaluate(values, point.AsSpan());
    }

    private byte[] Prove(EncodedMatrix[] of, List<Claim>? which = null)
    {
        var writer = new ProofWriter(new Transcript());
        OpeningProver.Prove(writer, Size, of, which ?? claims);
        return writer.ToArray();
    }

    private void Verify(byte[] proof, List<Claim> which, ProofChecks? checks = null, EncodedMatrix[]? of = null)
    {
        of ??= matrices;
        var reader = new ProofReader(proof, new Transcript(), checks ?? ProofChecks.All);
        Opening.Read(reader, Size, [new(of[0].Root, 7, ProofCheck.ModelPath), new(of[1].Root, 4, ProofCheck.WitnessPath)], which);
        reader.End();
    }

    // By this check alone.
    private void RefusedBy(ProofCheck check, byte[] proof, List<Claim> which, EncodedMatrix[]? of = null)
    {
        Assert.Equal(check, Assert.Throws<ProofRefused>(() => Verify(proof, which, of: of)).Check);
        Verify(proof, which, ProofChecks.Without(check), of);
    }

    // Two numbers whose weighted sum is zero.
    private static void InKernel(Felt4[] values, Felt4 first, Felt4 second) => (values[0], values[1]) = (values[0] + second, values[1] - first);

    /// <summary>The plain prover's steps, with what it says of the combined rows' values, and of the combined row, changed before it is said.</summary>
    private byte[] Lie(Action<Felt4[], Felt4[]>? values = null, Action<Felt4[], Felt4[]>? row = null)
    {
        var proof = new ProofWriter(new Transcript());
        var mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var combined = claims.Select(c => Combined(matrices[c.Place.Matrix], c)).ToArray();
        Felt4[][] tables = [.. claims.SelectMany((c, i) => (Felt4[][])[[.. combined[i]], Multilinear.EqTable(Opening.Split(c, Size.LogColumns).Columns)])];
        var point = SumcheckProver.Prove(proof, Tags.ColumnRound, tables, 2, v => Enumerable.Range(0, claims.Count).Aggregate(Felt4.Zero, Term(mix, [.. v])));
        Felt4[] said = [.. Enumerable.Range(0, claims.Count).Select(i => tables[2 * i][0])];
        values?.Invoke(said, [.. claims.Select((c, i) => mix[i] * Multilinear.Eq(Opening.Split(c, Size.LogColumns).Columns, point))]);
        proof.Put(Tags.ColumnEvaluations, said);
        mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var sum = new Felt4[1 << Size.LogColumns];
        for (var i = 0; i < claims.Count; i++)
            for (var k = 0; k < sum.Length; k++)
                sum[k] += mix[i] * combined[i][k];
        row?.Invoke(sum, Multilinear.EqTable(point));
        proof.Put(Tags.CombinedRow, sum);
        var indices = Opening.Queried(proof.Transcript, Size);
        foreach (var matrix in matrices)
            foreach (var index in indices)
                proof.PutLast(matrix.Column(index));
        foreach (var matrix in matrices)
            foreach (var (level, index) in ColumnHash.Siblings(indices, Size.LogLength))
                proof.PutHash(matrix.Node(level, index));
        return proof.ToArray();
    }

    private static Func<Felt4, int, Felt4> Term(Felt4[] mix, Felt4[] values) => (sum, i) => sum + mix[i] * values[2 * i] * values[2 * i + 1];

    private static Felt4[] Combined(EncodedMatrix matrix, Claim claim)
    {
        var coefficients = Opening.Split(claim, Size.LogColumns).Rows;
        var row = new Felt4[1 << Size.LogColumns];
        for (var r = 0; r < coefficients.Length; r++)
            for (var k = 0; k < row.Length; k++)
                row[k] += coefficients[r] * matrix.Rows[claim.Place.Row + r][k];
        return row;
    }

    private ProofCheck Refused(byte[] proof, List<Claim> which) => Assert.Throws<ProofRefused>(() => Verify(proof, which)).Check;
}
