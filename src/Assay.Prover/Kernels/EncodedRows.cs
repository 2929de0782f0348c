using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Proofs.Hashing;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Kernels;

/// <summary>A matrix of small integers, its rows encoded and its columns hashed (docs/spec/proofs.md section 4).</summary>
internal sealed class EncodedRows
{
    private readonly Arrays arrays;
    private readonly RowEncoder encoder;
    private readonly MerkleTree tree;

    // Row by row in the encoder's order; or column by column, each where its place is.
    private readonly uint[] words;
    private readonly bool byColumn;

    /// <param name="row">Writes the values of a row, modulo p; called by several threads.</param>
    /// <param name="byColumn">For a matrix of which many proofs show columns.</param>
    public EncodedRows(Team team, Arrays arrays, OpeningSize size, int rows, RowSource row, bool byColumn)
    {
        (Rows, this.arrays, this.byColumn, encoder) = (rows, arrays, byColumn, RowEncoder.Of(size.LogColumns, size.LogLength));
        var length = encoder.Length;
        words = arrays.Take(checked(rows * length));
        team.Run(rows, r =>
        {
            var values = arrays.Take(encoder.Columns);
            row(r, values);
            encoder.Encode(values, words.AsSpan(r * length, length));
            arrays.Return(values);
        });
        var leaves = arrays.Take(length * (Blake3.Size / 4));
        if (rows == 0)
            for (var i = 0; i < length; i++)
                ColumnHash.Leaf([]).CopyTo(MemoryMarshal.AsBytes(leaves.AsSpan(i * (Blake3.Size / 4))));
        else
            team.Split(length / RowEncoder.Group, 4, (from, to) =>
            {
                for (var g = from; g < to; g++)
                    ColumnHasher.Leaves(words, rows, length, g * RowEncoder.Group, leaves.AsSpan(encoder.PlaceOf(g) * (Blake3.Size / 4)));
            });
        tree = new MerkleTree(team, arrays, leaves);
        if (!byColumn || rows == 0)
            return;
        var columns = GC.AllocateUninitializedArray<uint>(words.Length);
        team.Split(length / RowEncoder.Group, 1, (from, to) =>
        {
            for (var g = from; g < to; g++)
            {
                var at = encoder.PlaceOf(g) * rows;
                Turning.Turn(words.AsSpan(g * RowEncoder.Group), rows, RowEncoder.Group, length, columns.AsSpan(at, RowEncoder.Group * rows), rows);
            }
        });
        words = columns;
    }

    public delegate void RowSource(int row, Span<uint> values);

    public int Rows { get; }

    public byte[] Root => tree.Root;

    public byte[] Node(int level, int index) => tree.Node(level, index);

    /// <summary>It is of no more use.</summary>
    public void Return()
    {
        arrays.Return(words);
        tree.Return();
    }

    /// <summary>The codewords' values at a place, canonical.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Column(int place, Span<uint> column)
    {
        if (byColumn)
        {
            words.AsSpan(place * Rows, Rows).CopyTo(column);
            return;
        }
        // Reversing bits is its own inverse.
        var at = encoder.PlaceOf(place / RowEncoder.Group) + place % RowEncoder.Group;
        for (var r = 0; r < Rows; r++)
            column[r] = words[r * encoder.Length + at];
    }
}
