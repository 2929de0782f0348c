using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Assay.Proofs.Protocol;

namespace Assay.Prover.Kernels;

/// <summary>
/// The leaves of many columns at once: <see cref="ColumnHash.Leaf"/> of each, column by column in the lanes of vectors. A matrix stands row
/// by row, so the same word of neighbouring columns is one load, and nothing is transposed but the result.
/// </summary>
internal static class ColumnHasher
{
    private const int BlockWords = 16, ChunkBlocks = 16, Words = 8;

    private const uint ChunkStart = 1, ChunkEnd = 2, Parent = 4, Root = 8, Keyed = 16;

    private static ReadOnlySpan<uint> InitialValue => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a];

    // The order of a block's words in each of the seven rounds.
    private static readonly byte[] Schedule = MakeSchedule();

    /// <summary>As many leaves as there are columns, of 32 bytes each.</summary>
    /// <param name="matrix">Row by row; canonical values.</param>
    /// <param name="rows">One and more.</param>
    /// <param name="columns">A multiple of 16.</param>
    public static void Hash(ReadOnlySpan<uint> matrix, int rows, int columns, Span<byte> leaves)
    {
        if (columns % 16 != 0 || rows < 1 || matrix.Length != (long)rows * columns || leaves.Length != 32L * columns)
            throw new ArgumentException($"{rows} rows of {columns} columns", nameof(columns));
        var hashes = MemoryMarshal.Cast<byte, uint>(leaves);
        if (Vector512.IsHardwareAccelerated)
            Hash<Lanes512>(matrix, rows, columns, hashes);
        else if (Vector256.IsHardwareAccelerated)
            Hash<Lanes256>(matrix, rows, columns, hashes);
        else
            Hash<Lanes128>(matrix, rows, columns, hashes);
    }

    /// <summary>With lanes of a width, whichever the machine prefers: all give the same.</summary>
    internal static void Hash<T>(ReadOnlySpan<uint> matrix, int rows, int columns, Span<uint> hashes) where T : struct, ILanes<T>
    {
        Span<T> cv = new T[Words];
        Span<uint> lane = stackalloc uint[Words * 16];
        for (var at = 0; at < columns; at += T.Count)
        {
            Column<T>(matrix, rows, columns, at, cv);
            Scatter<T>(cv, hashes[(at * Words)..], lane);
        }
    }

    /// <summary>The leaves of sixteen columns.</summary>
    /// <param name="matrix">As in <see cref="Hash(ReadOnlySpan{uint}, int, int, Span{byte})"/>.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="hashes">Of 8 words each.</param>
    public static void Leaves(ReadOnlySpan<uint> matrix, int rows, int columns, int first, Span<uint> hashes)
    {
        switch (Widths.Bits)
        {
            case 512:
                Sixteen<Lanes512>(matrix, rows, columns, first, hashes);
                break;
            case 256:
                Sixteen<Lanes256>(matrix, rows, columns, first, hashes);
                break;
            default:
                Sixteen<Lanes128>(matrix, rows, columns, first, hashes);
                break;
        }
    }

    /// <summary>Nodes of a tree: <see cref="ColumnHash.Node"/> of each two.</summary>
    /// <param name="children">16 words for each node; a multiple of sixteen nodes.</param>
    /// <param name="hashes">8 words for each.</param>
    public static void Nodes(ReadOnlySpan<uint> children, Span<uint> hashes)
    {
        switch (Widths.Bits)
        {
            case 512:
                Nodes<Lanes512>(children, hashes);
                break;
            case 256:
                Nodes<Lanes256>(children, hashes);
                break;
            default:
                Nodes<Lanes128>(children, hashes);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Nodes<T>(ReadOnlySpan<uint> children, Span<uint> hashes) where T : struct, ILanes<T>
    {
        Span<T> cv = new T[Words];
        Span<T> block = new T[BlockWords];
        Span<uint> turned = stackalloc uint[BlockWords * 16];
        for (var node = 0; node < children.Length / BlockWords; node += T.Count)
        {
            Turning.Turn(children[(node * BlockWords)..], T.Count, BlockWords, BlockWords, turned, T.Count);
            for (var w = 0; w < BlockWords; w++)
                block[w] = T.Load(in turned[w * T.Count]);
            for (var i = 0; i < Words; i++)
                cv[i] = T.Of(ColumnHash.NodeKeyWords[i]);
            Compress<T>(cv, block, 0, 4 * BlockWords, Keyed | ChunkStart | ChunkEnd | Root);
            Scatter<T>(cv, hashes[(node * Words)..], turned);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen<T>(ReadOnlySpan<uint> matrix, int rows, int columns, int first, Span<uint> hashes) where T : struct, ILanes<T>
    {
        Span<T> cv = new T[Words];
        Span<uint> lane = stackalloc uint[Words * 16];
        for (var i = 0; i < 16; i += T.Count)
        {
            Column<T>(matrix, rows, columns, first + i, cv);
            Scatter<T>(cv, hashes[(i * Words)..], lane);
        }
    }

    // Word by word in lanes, to hash by hash.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter<T>(ReadOnlySpan<T> cv, Span<uint> hashes, Span<uint> lanes) where T : struct, ILanes<T>
    {
        for (var word = 0; word < Words; word++)
            cv[word].Store(ref lanes[word * T.Count]);
        Turning.Turn(lanes, Words, T.Count, T.Count, hashes, Words);
    }

    // One hash in each lane: BLAKE3 of 4 · rows bytes, whose tree is the same in all of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Column<T>(ReadOnlySpan<uint> matrix, int rows, int columns, int at, Span<T> cv) where T : struct, ILanes<T>
    {
        var chunks = (rows + BlockWords * ChunkBlocks - 1) / (BlockWords * ChunkBlocks);
        var subtrees = new List<T[]>();
        Span<T> block = new T[BlockWords];
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            SetKey(cv);
            var first = chunk * BlockWords * ChunkBlocks;
            var blocks = Math.Min(ChunkBlocks, (rows - first + BlockWords - 1) / BlockWords);
            for (var b = 0; b < blocks; b++)
            {
                var row = first + b * BlockWords;
                var words = Math.Min(BlockWords, rows - row);
                for (var w = 0; w < BlockWords; w++)
                    block[w] = w < words ? T.Load(in matrix[(row + w) * columns + at]) : default;
                var flags = Keyed | (b == 0 ? ChunkStart : 0) | (b == blocks - 1 ? ChunkEnd | (chunks == 1 ? Root : 0) : 0);
                Compress(cv, block, (ulong)chunk, (uint)words * 4, flags);
            }
            // As in counting: each 0 bit at the end of the number of chunks is a subtree that is complete; the last chunk ends them all.
            for (var carried = chunk + 1; subtrees.Count > 0 && ((carried & 1) == 0 || chunk == chunks - 1); carried >>= 1)
            {
                subtrees[^1].CopyTo(block);
                cv.CopyTo(block[Words..]);
                subtrees.RemoveAt(subtrees.Count - 1);
                SetKey(cv);
                Compress(cv, block, 0, 64, Keyed | Parent | (chunk == chunks - 1 && subtrees.Count == 0 ? Root : 0));
            }
            subtrees.Add(cv.ToArray());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetKey<T>(Span<T> cv) where T : struct, ILanes<T>
    {
        for (var i = 0; i < Words; i++)
            cv[i] = T.Of(ColumnHash.LeafKeyWords[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress<T>(Span<T> cv, ReadOnlySpan<T> m, ulong counter, uint length, uint flags) where T : struct, ILanes<T>
    {
        T v0 = cv[0], v1 = cv[1], v2 = cv[2], v3 = cv[3], v4 = cv[4], v5 = cv[5], v6 = cv[6], v7 = cv[7];
        T v8 = T.Of(InitialValue[0]), v9 = T.Of(InitialValue[1]), v10 = T.Of(InitialValue[2]), v11 = T.Of(InitialValue[3]);
        T v12 = T.Of((uint)counter), v13 = T.Of((uint)(counter >> 32)), v14 = T.Of(length), v15 = T.Of(flags);
        for (var round = 0; round < Schedule.Length; round += BlockWords)
        {
            var order = Schedule.AsSpan(round, BlockWords);
            Mix(ref v0, ref v4, ref v8, ref v12, m[order[0]], m[order[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[order[2]], m[order[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[order[4]], m[order[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[order[6]], m[order[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[order[8]], m[order[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[order[10]], m[order[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[order[12]], m[order[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[order[14]], m[order[15]]);
        }
        (cv[0], cv[1], cv[2], cv[3]) = (v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11);
        (cv[4], cv[5], cv[6], cv[7]) = (v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix<T>(ref T a, ref T b, ref T c, ref T d, T x, T y) where T : struct, ILanes<T>
    {
        a = a + b + x;
        d = T.RotateRight(d ^ a, 16);
        c += d;
        b = T.RotateRight(b ^ c, 12);
        a = a + b + y;
        d = T.RotateRight(d ^ a, 8);
        c += d;
        b = T.RotateRight(b ^ c, 7);
    }

    private static byte[] MakeSchedule()
    {
        ReadOnlySpan<byte> permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
        var order = new byte[7 * BlockWords];
        for (var i = 0; i < BlockWords; i++)
            order[i] = (byte)i;
        for (var i = BlockWords; i < order.Length; i++)
            order[i] = order[i - BlockWords - i % BlockWords + permutation[i % BlockWords]];
        return order;
    }
}
