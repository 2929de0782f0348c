using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models;

/// <summary>Blocks of a matrix: sorted by size, the largest first and of one size in the order in which they were added, then packed one after the other (docs/spec/proofs.md section 4).</summary>
public sealed class BlockLayout(int matrix, int logColumns)
{
    private readonly List<int> logs = [];
    private BlockPlace[] places = [];

    /// <summary>Rows that they fill, the last perhaps in part.</summary>
    public int Rows { get; private set; }

    /// <summary>The place of the block that was added as number <paramref name="block"/>.</summary>
    public BlockPlace this[int block] => places[block];

    public int Count => logs.Count;

    /// <summary>A block of 2^<paramref name="log"/> values.</summary>
    /// <returns>Its number.</returns>
    public int Add(int log)
    {
        logs.Add(log);
        return logs.Count - 1;
    }

    /// <summary>After the last block: gives each its place.</summary>
    public BlockLayout Place()
    {
        places = new BlockPlace[logs.Count];
        long at = 0;
        foreach (var block in Enumerable.Range(0, logs.Count).OrderByDescending(b => logs[b]))
        {
            // Sizes are powers of two and fall, so whatever comes is aligned.
            var (row, rest) = ((int)(at >> logColumns), at & ((1L << logColumns) - 1));
            places[block] = new BlockPlace(matrix, row, logs[block] < logColumns ? (int)(rest >> logs[block]) : 0, logs[block]);
            at += 1L << logs[block];
        }
        Rows = (int)((at + (1L << logColumns) - 1) >> logColumns);
        return this;
    }

    /// <summary>Where a block begins, counted in values of the whole matrix.</summary>
    public long Offset(int block) => ((long)places[block].Row << logColumns) + ((long)places[block].Slot << places[block].Log);
}
