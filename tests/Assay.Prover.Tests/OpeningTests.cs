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

    [Theory]
    [InlineData(0, ProofCheck.ModelPath)]
    [InlineData(1, ProofCheck.WitnessPath)]
    public void Columns_solved_to_fit_a_false_row_are_refused_by_their_paths(int matrix, ProofCheck check)
    {
        // Four values of each column are moved so that its sum is what the row's codeword has there: four equations in the base field.
        RefusedBy(check, Lie(row: (row, eq) => InKernel(row, eq[0], eq[1]), columns: (of, column, weights, lacking) =>
        {
            if (of == matrix)
                foreach (var (r, by) in Solved(weights[..4], lacking).Index())
                    column[r] += by;
        }), claims);
    }

    [Fact]
    public void A_false_row_that_fits_the_columns_of_earlier_proofs_is_refused()
    {
        // What is added to it is zero at thirteen places that an earlier proof showed, and in the sum at r*.
        var transcript = new Transcript();
        transcript.Absorb(1, [1]);
        Felt[] known = [.. Opening.Queried(transcript, Size).Take(13).Select(j => Felt.RootOfUnity(Size.LogLength).Power((ulong)j))];
        var vanishing = known.Aggregate((Felt4[])[Felt4.One, .. new Felt4[15]], (p, root) => [.. p.Select((c, i) => (i > 0 ? p[i - 1] : Felt4.Zero) - c * root)]);
        Felt4[] next = [Felt4.Zero, .. vanishing[..15]];
        RefusedBy(ProofCheck.QueriedColumn, Lie(row: (row, eq) =>
        {
            var (a, b) = (Inner(next, eq), -Inner(vanishing, eq));
            for (var k = 0; k < row.Length; k++)
                row[k] += a * vanishing[k] + b * next[k];
        }), claims);
        var added = Ntt.Encode(vanishing, 1 << Size.LogLength);
        Assert.Equal(13, added.Count(w => w == Felt4.Zero));

        static Felt4 Inner(Felt4[] a, Felt4[] b) => a.Zip(b).Aggregate(Felt4.Zero, (sum, pair) => sum + pair.First * pair.Second);
    }

    [Fact]
    public void Columns_at_other_places_than_those_drawn_are_refused()
    {
        // A proof names no places: whoever answers at its own is held to the ones that the transcript gives.
        var moved = Lie(places: drawn => [.. drawn.Select(j => j ^ 1).Order()]);
        Assert.Equal(ProofCheck.QueriedColumn, Refused(moved, claims));
        Verify(moved, claims, ProofChecks.Without(ProofCheck.QueriedColumn, ProofCheck.ModelPath, ProofCheck.WitnessPath));
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
    /// <param name="columns">What becomes of a column: its matrix, its values, what each is multiplied by, and by how much their sum is less than the row's codeword there.</param>
    /// <param name="places">The columns that are shown, if they are not those that are asked for.</param>
    private byte[] Lie(
        Action<Felt4[], Felt4[]>? values = null, Action<Felt4[], Felt4[]>? row = null, Action<int, Felt[], Felt4[], Felt4>? columns = null, Func<int[], int[]>? places = null)
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
        Felt4[] moved = [.. sum];
        row?.Invoke(moved, Multilinear.EqTable(point));
        proof.Put(Tags.CombinedRow, moved);
        var indices = Opening.Queried(proof.Transcript, Size);
        indices = places?.Invoke(indices) ?? indices;
        var lacking = Ntt.Encode([.. moved.Zip(sum, (a, b) => a - b)], 1 << Size.LogLength);
        foreach (var (m, matrix) in matrices.Index())
            foreach (var index in indices)
            {
                var column = matrix.Column(index);
                columns?.Invoke(m, column, Opening.Coefficients(claims, mix, m, column.Length, Size.LogColumns), lacking[index]);
                proof.PutLast(column);
            }
        foreach (var matrix in matrices)
            foreach (var (level, index) in ColumnHash.Siblings(indices, Size.LogLength))
                proof.PutHash(matrix.Node(level, index));
        return proof.ToArray();
    }

    // x with Σ x_r weights_r = sum: Gauss, over the base field.
    private static Felt[] Solved(Felt4[] weights, Felt4 sum)
    {
        Func<Felt4, Felt>[] coordinates = [v => v.C0, v => v.C1, v => v.C2, v => v.C3];
        Felt[][] rows = [.. coordinates.Select(of => (Felt[])[.. weights.Select(of), of(sum)])];
        for (var pivot = 0; pivot < 4; pivot++)
        {
            var found = Array.FindIndex(rows, pivot, r => r[pivot] != Felt.Zero);
            (rows[pivot], rows[found]) = (rows[found], rows[pivot]);
            var scale = rows[pivot][pivot].Invert();
            rows[pivot] = [.. rows[pivot].Select(v => v * scale)];
            for (var r = 0; r < 4; r++)
                if (r != pivot)
                    rows[r] = [.. rows[r].Zip(rows[pivot], (v, p) => v - rows[r][pivot] * p)];
        }
        return [.. rows.Select(r => r[4])];
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
