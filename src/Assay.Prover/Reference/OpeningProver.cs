using Assay.Proofs.Field;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Reference;

/// <summary>A matrix whose rows are encoded and whose columns are hashed (docs/spec/proofs.md section 4), plain.</summary>
public sealed class EncodedMatrix
{
    private readonly Felt[][] words;
    private readonly byte[][][] tree;

    /// <param name="rows">Each of 2^c values.</param>
    /// <param name="length">Of a codeword.</param>
    public EncodedMatrix(Felt[][] rows, int length) : this(rows, [.. rows.Select(row => Encode(row, length))], length) { }

    /// <summary>Of any words, also of such as are no codewords of their rows: for tests of the verifier.</summary>
    internal EncodedMatrix(Felt[][] rows, Felt[][] words, int length)
    {
        (Rows, this.words) = (rows, words);
        tree = ColumnHash.Tree([.. Enumerable.Range(0, length).Select(j => ColumnHash.Leaf(Column(j)))]);
    }

    public Felt[][] Rows { get; }

    public byte[] Root => tree[^1][0];

    public Felt[] Column(int index) => [.. words.Select(w => w[index])];

    public byte[] Node(int level, int index) => tree[level][index];

    private static Felt[] Encode(Felt[] row, int length)
    {
        var word = new Felt[length];
        row.CopyTo(word, 0);
        Ntt.Forward(word);
        return word;
    }
}

/// <summary>The prover's side of an opening, plain.</summary>
public static class OpeningProver
{
    public static void Prove(ProofWriter proof, OpeningSize size, IReadOnlyList<EncodedMatrix> matrices, IReadOnlyList<Claim> claims)
    {
        var combined = claims.Select(c => Combine(matrices[c.Place.Matrix], c, size.LogColumns)).ToList();
        var mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        // A pair of tables for each claim: its combined row, and the place in it.
        Felt4[][] tables = [.. claims.SelectMany((c, i) => (Felt4[][])[[.. combined[i]], Multilinear.EqTable(Opening.Split(c, size.LogColumns).Columns)])];
        SumcheckProver.Prove(proof, Tags.ColumnRound, tables, 2, v =>
        {
            var sum = Felt4.Zero;
            for (var i = 0; i < v.Length / 2; i++)
                sum += mix[i] * v[2 * i] * v[2 * i + 1];
            return sum;
        });
        proof.Put(Tags.ColumnEvaluations, [.. Enumerable.Range(0, claims.Count).Select(i => tables[2 * i][0])]);
        mix = Multilinear.EqTable(proof.Transcript.Challenges(Tags.Challenge, Opening.LogOf(claims.Count)));
        var row = new Felt4[1 << size.LogColumns];
        for (var i = 0; i < claims.Count; i++)
            for (var k = 0; k < row.Length; k++)
                row[k] += mix[i] * combined[i][k];
        proof.Put(Tags.CombinedRow, row);
        var indices = Opening.Queried(proof.Transcript, size);
        foreach (var matrix in matrices)
            foreach (var index in indices)
                proof.PutLast(matrix.Column(index));
        foreach (var matrix in matrices)
            foreach (var (level, index) in ColumnHash.Siblings(indices, size.LogLength))
                proof.PutHash(matrix.Node(level, index));
    }

    private static Felt4[] Combine(EncodedMatrix matrix, Claim claim, int logColumns)
    {
        var coefficients = Opening.Split(claim, logColumns).Rows;
        var row = new Felt4[1 << logColumns];
        for (var r = 0; r < coefficients.Length; r++)
            for (var k = 0; k < row.Length; k++)
                row[k] += coefficients[r] * matrix.Rows[claim.Place.Row + r][k];
        return row;
    }
}
