using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Assay.Proofs.Hashing;

/// <summary>
/// BLAKE3 (O'Connor, Aumasson, Neves and Wilcox-O'Hearn, 2021): plain, keyed and deriving keys, with output of any length. Takes bytes
/// as they come.
/// </summary>
/// <remarks>
/// <code>
/// message   chunks of 1,024 bytes, each a chain of blocks of 64
/// chunks    leaves of a binary tree whose left subtrees are complete
/// output    the root's compression, counted on for as many bytes as are asked for
/// </code>
/// One instance, one message. Not for several threads.
/// </remarks>
public sealed class Blake3
{
    /// <summary>Bytes of a key, and of an ordinary hash.</summary>
    public const int Size = 32;

    private const int BlockSize = 64, ChunkSize = 1024, Words = 8;

    private const uint ChunkStart = 1, ChunkEnd = 2, Parent = 4, Root = 8, Keyed = 16, KeyContext = 32, KeyMaterial = 64;

    private static ReadOnlySpan<uint> InitialValue =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<byte> Permutation => [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

    private readonly uint[] key = new uint[Words];
    private readonly uint flags;
    private readonly byte[] block = new byte[BlockSize];

    // Chaining values of complete subtrees, the largest first: one for each bit of the number of chunks before this one.
    private readonly List<uint[]> subtrees = [];
    private uint[] chain;
    private ulong chunk;
    private int blocks, filled;

    private Blake3(ReadOnlySpan<uint> key, uint flags)
    {
        key.CopyTo(this.key);
        (this.flags, chain) = (flags, key.ToArray());
    }

    /// <summary>The plain hash.</summary>
    public static Blake3 Start() => new(InitialValue, 0);

    /// <param name="key">32 bytes.</param>
    public static Blake3 StartKeyed(ReadOnlySpan<byte> key) => new(ToWords(key), Keyed);

    /// <summary>A key from key material. The context is fixed, global and the application's own.</summary>
    public static Blake3 StartDerivingKey(ReadOnlySpan<byte> context)
    {
        var of = new Blake3(InitialValue, KeyContext);
        of.Add(context);
        Span<byte> derived = stackalloc byte[Size];
        of.Finish(derived);
        return new Blake3(ToWords(derived), KeyMaterial);
    }

    /// <summary>The plain hash of a message.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> message)
    {
        var hash = Start();
        hash.Add(message);
        return hash.Finish();
    }

    /// <summary>The message goes on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (filled == BlockSize)
                CompressBlock();
            var take = Math.Min(BlockSize - filled, bytes.Length);
            bytes[..take].CopyTo(block.AsSpan(filled));
            filled += take;
            bytes = bytes[take..];
        }
    }

    /// <summary>The hash of all that was added, which may go on after it.</summary>
    public byte[] Finish()
    {
        var hash = new byte[Size];
        Finish(hash);
        return hash;
    }

    /// <summary>As many bytes of output as there is room for: of more of them the first are the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish(Span<byte> output)
    {
        Span<uint> cv = stackalloc uint[Words];
        Span<uint> words = stackalloc uint[16];
        Span<uint> state = stackalloc uint[16];
        chain.CopyTo(cv);
        Span<byte> last = stackalloc byte[BlockSize];
        last.Clear();
        block.AsSpan(0, filled).CopyTo(last);
        ToWords(last, words);
        var (counter, length, flag) = (chunk, (uint)filled, flags | ChunkEnd | (blocks == 0 ? ChunkStart : 0));
        // What is right is this chunk, then the parent of it and the smallest complete subtree, and so on to the root.
        for (var i = subtrees.Count - 1; i >= 0; i--)
        {
            Compress(cv, words, counter, length, flag, state);
            subtrees[i].CopyTo(words);
            state[..Words].CopyTo(words[Words..]);
            key.CopyTo(cv);
            (counter, length, flag) = (0, BlockSize, flags | Parent);
        }
        Span<byte> bytes = stackalloc byte[BlockSize];
        for (var at = 0UL; output.Length > 0; at++)
        {
            Compress(cv, words, at, length, flag | Root, state);
            for (var i = 0; i < 16; i++)
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(4 * i)..], state[i]);
            var take = Math.Min(BlockSize, output.Length);
            bytes[..take].CopyTo(output);
            output = output[take..];
        }
    }

    // The block is full and is not the message's last.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CompressBlock()
    {
        Span<uint> words = stackalloc uint[16];
        Span<uint> state = stackalloc uint[16];
        ToWords(block, words);
        var isLast = blocks == ChunkSize / BlockSize - 1;
        Compress(chain, words, chunk, BlockSize, flags | (blocks == 0 ? ChunkStart : 0) | (isLast ? ChunkEnd : 0), state);
        state[..Words].CopyTo(chain);
        (blocks, filled) = (blocks + 1, 0);
        if (isLast)
            EndChunk();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EndChunk()
    {
        Span<uint> words = stackalloc uint[16];
        Span<uint> state = stackalloc uint[16];
        var top = chain;
        chunk++;
        // As in counting: each 0 bit at the end of the number of chunks is a subtree that has become complete.
        for (var carried = chunk; (carried & 1) == 0; carried >>= 1)
        {
            subtrees[^1].CopyTo(words);
            top.CopyTo(words[Words..]);
            subtrees.RemoveAt(subtrees.Count - 1);
            Compress(key, words, 0, BlockSize, flags | Parent, state);
            state[..Words].CopyTo(top);
        }
        subtrees.Add(top);
        (chain, blocks) = ((uint[])key.Clone(), 0);
    }

    /// <summary>Section 2.2: sixteen words, of which the first eight are a chaining value.</summary>
    internal static void Compress(ReadOnlySpan<uint> cv, ReadOnlySpan<uint> block, ulong counter, uint length, uint flags, Span<uint> state)
    {
        if (Blake3Rows.IsSupported)
            Blake3Rows.Compress(cv, block, counter, length, flags, state);
        else
            Plain(cv, block, counter, length, flags, state);
    }

    /// <summary>Word by word: the same.</summary>
    internal static void Plain(ReadOnlySpan<uint> cv, ReadOnlySpan<uint> block, ulong counter, uint length, uint flags, Span<uint> state)
    {
        Span<uint> m = stackalloc uint[16];
        Span<uint> next = stackalloc uint[16];
        block.CopyTo(m);
        uint v0 = cv[0], v1 = cv[1], v2 = cv[2], v3 = cv[3], v4 = cv[4], v5 = cv[5], v6 = cv[6], v7 = cv[7];
        uint v8 = InitialValue[0], v9 = InitialValue[1], v10 = InitialValue[2], v11 = InitialValue[3];
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = length, v15 = flags;
        for (var round = 0; ; round++)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, m[0], m[1]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[2], m[3]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[4], m[5]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[6], m[7]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[8], m[9]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[10], m[11]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[12], m[13]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[14], m[15]);
            if (round == 6)
                break;
            for (var i = 0; i < 16; i++)
                next[i] = m[Permutation[i]];
            next.CopyTo(m);
        }
        (state[0], state[1], state[2], state[3]) = (v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11);
        (state[4], state[5], state[6], state[7]) = (v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15);
        (state[8], state[9], state[10], state[11]) = (v8 ^ cv[0], v9 ^ cv[1], v10 ^ cv[2], v11 ^ cv[3]);
        (state[12], state[13], state[14], state[15]) = (v12 ^ cv[4], v13 ^ cv[5], v14 ^ cv[6], v15 ^ cv[7]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref uint a, ref uint b, ref uint c, ref uint d, uint x, uint y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 12);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 8);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 7);
    }

    private static uint[] ToWords(ReadOnlySpan<byte> key)
    {
        if (key.Length != Size)
            throw new ArgumentException("a key has 32 bytes", nameof(key));
        var words = new uint[Words];
        ToWords(key, words);
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToWords(ReadOnlySpan<byte> bytes, Span<uint> words)
    {
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * i)..]);
    }
}
