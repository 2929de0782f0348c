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
    Team team, OpeningSize size, CommittedWeights model, EncodedRows witness, int[] witnessRows, IReadOnlyList<Claim> claims, Func<Claim, uint[]?> weightRows)
{
    private readonly int columns = 1 << size.LogColumns;

    // Of each claim: what its rows are multiplied by, and its point in a row.
    private readonly (Felt4[] Rows, Felt4[] Columns)[] split = [.. claims.Select(c => Opening.Split(c, size.LogColumns))];

    // Of claims about whole rows of the model's matrix, their combined row.
    private readonly uint[]?[] ofModel = new uint[]?[claims.Count];

    public void Prove(ProofWriter proof)
    {
        for (var i = 0; i < claims.Count; i++)
            if (claims[i].Place.Matrix == 0 && !IsPart(i))
                ofModel[i] = weightRows(claims[i]) ?? Combined(i);
        var mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var claim = Felt4.Zero;
        for (var i = 0; i < claims.Count; i++)
            claim += mix[i] * claims[i].Value;
        var point = Sumchecks.Pairs(proof, team, Tags.ColumnRound, claim, Tables(mix), size.LogColumns);

        var values = Evaluations(point);
        proof.Put(Tags.ColumnEvaluations, values);
        mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        proof.Put(Tags.CombinedRow, Packed.ToArray(Sum(Enumerable.Range(0, claims.Count), mix), columns));

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

    private List<(uint[], uint[])> Tables(Felt4[] mix)
    {
        var tables = new List<(uint[], uint[])>();
        // Whole rows: one point, many combined rows.
        foreach (var group in Enumerable.Range(0, claims.Count).Where(i => !IsPart(i)).GroupBy(i => new Point(split[i].Columns)))
            tables.Add((Sum(group, mix), EqTables.Of(group.Key.Coordinates)));
        // Parts: one row, many points.
        foreach (var group in Enumerable.Range(0, claims.Count).Where(IsPart).GroupBy(i => (claims[i].Place.Matrix, claims[i].Place.Row)))
        {
            var eq = new Felt4[columns];
            foreach (var i in group)
            {
                var place = claims[i].Place;
                foreach (var (k, value) in Multilinear.EqTable(claims[i].Point.AsSpan()).Index())
                    eq[(place.Slot << place.Log) + k] += mix[i] * value;
            }
            var row = new Combination();
            Add(row, group.First(), Felt4.One);
            var words = new uint[Packed.WordsOf(columns)];
            row.Fill(team, words, 0, columns);
            tables.Add((words, Packed.Of(eq)));
        }
        return tables;
    }

    // Σ weight[i] u_i: rows of the witness, each once; then what the model's claims combined.
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
        var words = new uint[Packed.WordsOf(columns)];
        combined.Fill(team, words, 0, columns);
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
            return ByteRows.Combine(team, model.Padded(layer), columns, split[i].Rows);
        var rows = new Combination();
        for (var r = 0; r < split[i].Rows.Length; r++)
            rows.Add(model.Biases(layer), r << size.LogColumns, split[i].Rows[r]);
        var words = new uint[Packed.WordsOf(columns)];
        rows.Fill(team, words, 0, columns);
        return words;
    }

    // u_i at the point of the columns.
    private Felt4[] Evaluations(Felt4[] point)
    {
        var eq = EqTables.Of(point);
        var scaled = new uint[eq.Length];
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
