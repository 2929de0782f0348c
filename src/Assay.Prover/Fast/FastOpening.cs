using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>
/// Shows claims about both matrices (docs/spec/proofs.md section 4). Claims at one point of the columns are one pair of tables in the sumcheck,
/// and so are claims about parts of one row.
/// </summary>
internal sealed class FastOpening(
    Team team, Arrays arrays, OpeningSize size, CommittedWeights model, EncodedRows witness, int[] witnessRows, IReadOnlyList<Claim> claims, Func<Claim, uint[]?> weightRows)
{
    private readonly int columns = 1 << size.LogColumns;

    // Of each claim: what its rows are multiplied by, and its point in a row.
    private readonly (Felt4[] Rows, Felt4[] Columns)[] split = [.. claims.Select(c => Opening.Split(c, size.LogColumns))];

    // Of claims about whole rows of the model's matrix, their combined row.
    private readonly uint[]?[] ofModel = new uint[]?[claims.Count];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Prove(ProofWriter proof)
    {
        for (var i = 0; i < claims.Count; i++)
            if (claims[i].Place.Matrix == 0 && !IsPart(i))
                ofModel[i] = weightRows(claims[i]) ?? Combined(i);
        var mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var claim = Felt4.Zero;
        for (var i = 0; i < claims.Count; i++)
            claim += mix[i] * claims[i].Value;
        var tables = Tables(mix);
        var point = Sumchecks.Pairs(proof, team, Tags.ColumnRound, claim, tables, size.LogColumns);
        Return(tables.SelectMany(t => (uint[][])[t.A, t.B]));

        var values = Evaluations(point);
        proof.Put(Tags.ColumnEvaluations, values);
        mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var sum = Sum(Enumerable.Range(0, claims.Count), mix);
        proof.Put(Tags.CombinedRow, Packed.ToArray(sum, columns));
        Return([sum, .. ofModel.OfType<uint[]>()]);

        var indices = Opening.Queried(proof.Transcript, size);
        EncodedRows[] matrices = [model.Encoded, witness];
        foreach (var matrix in matrices)
        {
            var column = new uint[matrix.Rows];
            foreach (var index in indices)
            {
                matrix.Column(index, column);
                proof.PutLast(column);
            }
        }
        foreach (var matrix in matrices)
            foreach (var (level, index) in ColumnHash.Siblings(indices, size.LogLength))
                proof.PutHash(matrix.Node(level, index));
    }

    private bool IsPart(int i) => claims[i].Place.Log < size.LogColumns;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<(uint[] A, uint[] B)> Tables(Felt4[] mix)
    {
        var tables = new List<(uint[] A, uint[] B)>();
        // Whole rows: one point, many combined rows.
        foreach (var group in Enumerable.Range(0, claims.Count).Where(i => !IsPart(i)).GroupBy(i => new Point(split[i].Columns)))
            tables.Add((Sum(group, mix), EqTables.Of(arrays, group.Key.Coordinates)));
        // Parts: one row, many points.
        foreach (var group in Enumerable.Range(0, claims.Count).Where(IsPart).GroupBy(i => (claims[i].Place.Matrix, claims[i].Place.Row)))
        {
            var (eq, own) = (arrays.Take(Packed.WordsOf(columns)), arrays.Take(Packed.WordsOf(columns)));
            Array.Clear(eq);
            foreach (var i in group)
                AddEq(eq, own, claims[i], mix[i]);
            arrays.Return(own);
            var row = new Combination();
            Add(row, group.First(), Felt4.One);
            tables.Add((row.ToWords(team, arrays, columns), eq));
        }
        return tables;
    }

    // The point of a part, at its place in the row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEq(uint[] eq, uint[] own, Claim claim, Felt4 factor)
    {
        var (place, count) = (claim.Place, 1 << claim.Place.Log);
        if (count < Packed.Group)
        {
            foreach (var (k, value) in Multilinear.EqTable(claim.Point.AsSpan()).Index())
                Packed.Set(eq, (place.Slot << place.Log) + k, Packed.Get(eq, (place.Slot << place.Log) + k) + factor * value);
            return;
        }
        EqTables.Fill(claim.Point.AsSpan(), factor, own.AsSpan(0, Packed.WordsOf(count)));
        Sumchecks.Add(eq, Packed.WordsOf(place.Slot << place.Log), own, count);
    }

    private void Return(IEnumerable<uint[]> taken)
    {
        foreach (var array in taken)
            arrays.Return(array);
    }

    // Σ weight[i] u_i: rows of the witness, each once; then what the model's claims combined.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint[] Sum(IEnumerable<int> of, Felt4[] weight)
    {
        var (rows, combined) = (new Felt4[witness.Rows], new Combination());
        var ofWeights = new List<int>();
        foreach (var i in of)
        {
            var place = claims[i].Place;
            if (ofModel[i] is not null)
                ofWeights.Add(i);
            else if (place.Matrix == 0)
                Add(combined, i, weight[i]);
            else
                for (var r = 0; r < split[i].Rows.Length; r++)
                    rows[place.Row + r] += weight[i] * split[i].Rows[r];
        }
        for (var r = 0; r < rows.Length; r++)
            combined.Add(witnessRows, r << size.LogColumns, rows[r]);
        var words = combined.ToWords(team, arrays, columns);
        foreach (var i in ofWeights)
            Sumchecks.AddMultiple(team, words, ofModel[i]!, weight[i]);
        return words;
    }

    // A claim about a part: its whole row.
    private void Add(Combination to, int i, Felt4 factor)
    {
        var place = claims[i].Place;
        if (place.Matrix == 0)
            to.Add(model.Parts[place.Row], 0, factor);
        else
            to.Add(witnessRows, place.Row << size.LogColumns, factor);
    }

    private uint[] Combined(int i)
    {
        var place = claims[i].Place;
        var layer = model.LayerAt(place, out var isBias);
        if (!isBias)
            return ByteRows.Combine(team, arrays, model.Padded(layer), columns, split[i].Rows);
        var rows = new Combination();
        for (var r = 0; r < split[i].Rows.Length; r++)
            rows.Add(model.Biases(layer), r << size.LogColumns, split[i].Rows[r]);
        return rows.ToWords(team, arrays, columns);
    }

    // u_i at the point of the columns.
    private Felt4[] Evaluations(Felt4[] point)
    {
        var eq = EqTables.Of(arrays, point);
        var scaled = arrays.Take(eq.Length);
        EqTables.Fill(point, IntColumns.Scaled(Felt4.One), scaled);
        var rows = new Felt4[witness.Rows];
        team.Run(rows.Length, r => rows[r] = IntColumns.Dot(witnessRows, r << size.LogColumns, scaled));
        var parts = model.Parts.ToDictionary(p => p.Key, p => IntColumns.Dot(p.Value, 0, scaled));
        var values = new Felt4[claims.Count];
        team.Run(values.Length, i =>
        {
            var place = claims[i].Place;
            if (ofModel[i] is { } row)
                values[i] = Sumchecks.Inner(row, eq, columns);
            else if (place.Matrix == 0)
                values[i] = parts[place.Row];
            else
                for (var r = 0; r < split[i].Rows.Length; r++)
                    values[i] += split[i].Rows[r] * rows[place.Row + r];
        });
        Return([eq, scaled]);
        return values;
    }

    private readonly struct Point(Felt4[] coordinates) : IEquatable<Point>
    {
        public Felt4[] Coordinates => coordinates;

        public bool Equals(Point other) => coordinates.AsSpan().SequenceEqual(other.Coordinates);

        public override bool Equals(object? obj) => obj is Point other && Equals(other);

        public override int GetHashCode() => coordinates.Length == 0 ? 0 : coordinates[^1].GetHashCode();
    }
}
