using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>A tile of a product with quantised weights: the sixteen rows of a panel by the tokens of a group (1.3 of assay-llm-v1).</summary>
internal unsafe struct DotTile
{
    /// <summary>The panel's whole numbers.</summary>
    public byte* Weights;

    /// <summary>Its scales, widened: of each 32 columns <see cref="IPanelFormat.Terms"/> times sixteen floats.</summary>
    public float* Scales;

    /// <summary>The group's bytes, or 16-bit numbers, as pairs that stand in one lane.</summary>
    public int* Activations;

    /// <summary>The group's <see cref="TokenTerms"/>.</summary>
    public float* Terms;

    /// <summary>Bytes from this panel's numbers to the next one's, and from its scales to those.</summary>
    public nint Next;

    /// <summary>Blocks of 32 columns.</summary>
    public int Blocks;

    /// <summary>Sixteen biases, or null.</summary>
    public float* Bias;

    /// <summary>Sixteen outputs for each of <see cref="Tokens"/> tokens, <see cref="Step"/> floats apart.</summary>
    public float* Y;
    public nint Step;
    public int Tokens;

    /// <summary>What is prefetched during the tile: the packed weights that come next, so many lines for each block.</summary>
    public byte* Following;
    public int Lines;

    /// <summary>Two 16-bit ones: adds the two sums of a lane.</summary>
    public const int Ones = 0x00010001;

    /// <summary>One token, the weights unpacked in registers.</summary>
    [SkipLocalsInit]
    public static void One<T, TFormat>(in DotTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        var block = tile.Weights + (4 * row);
        float* scales = tile.Scales + row, terms = tile.Terms;
        var a = tile.Activations;
        T y = default;
        for (var i = 0; i < tile.Blocks; i++)
        {
            T p0 = Pair<T, TFormat>(block, 0, a), p1 = Pair<T, TFormat>(block, 1, a), p2 = Pair<T, TFormat>(block, 2, a), p3 = Pair<T, TFormat>(block, 3, a);
            T n;
            if (TFormat.IsShort)
                n = T.AddInt(T.AddInt(p0, p1), T.AddInt(p2, p3));
            else if (TFormat.Quads == 8)
                n = T.MultiplyAddShorts(T.AddShorts(T.AddShorts(p0, p1), T.AddShorts(p2, p3)), T.BroadcastBits(Ones));
            else if (TFormat.Quads == 4)
                n = T.AddInt(T.MultiplyAddShorts(T.AddShorts(p0, p1), T.BroadcastBits(Ones)), T.MultiplyAddShorts(T.AddShorts(p2, p3), T.BroadcastBits(Ones)));
            else
            {
                var first = T.AddInt(T.MultiplyAddShorts(p0, T.BroadcastBits(Ones)), T.MultiplyAddShorts(p1, T.BroadcastBits(Ones)));
                var second = T.AddInt(T.MultiplyAddShorts(p2, T.BroadcastBits(Ones)), T.MultiplyAddShorts(p3, T.BroadcastBits(Ones)));
                first = T.FromInt(T.AddInt(first, T.Broadcast(terms[TFormat.Offset])));
                second = T.FromInt(T.AddInt(second, T.Broadcast(terms[TFormat.Offset + 1])));
                // Whole numbers of at most 2^24: exact.
                n = (T.Load(scales + 16) * first) + (T.Load(scales + 32) * second);
            }
            if (!TFormat.HasHalves)
                n = T.FromInt(TFormat.Offset >= 0 ? T.AddInt(n, T.Broadcast(terms[TFormat.Offset])) : n);
            y = Scaled<T, TFormat>(n, scales, terms, 1, y);
            block += TFormat.BlockBytes;
            scales += 16 * TFormat.Terms;
            terms += TokenTerms.Count;
            a += TFormat.IsShort ? 16 : 8;
        }
        Finish(tile, row, 0, y);
    }

    /// <summary>The float tail of 32 columns.</summary>
    /// <param name="terms">The token's, <paramref name="size"/> floats apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Scaled<T, TFormat>(T n, float* scales, float* terms, int size, T y) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        y = T.Fma(n, T.Load(scales) * T.Broadcast(terms[TokenTerms.Scale * size]), y);
        if (TFormat.HasMinimum && TFormat.HasHalves)
        {
            // Whole numbers below 2^16, taken off: exact. The terms are -32 times the sums, the minima a 32nd.
            T first = T.FromInt(T.Broadcast(terms[TokenTerms.Minus32 * size])), second = T.FromInt(T.Broadcast(terms[(TokenTerms.Minus32 + 1) * size]));
            return T.Fma((T.Load(scales + 64) * first) + (T.Load(scales + 80) * second), T.Load(scales + 48) * T.Broadcast(terms[TokenTerms.Scale * size]), y);
        }
        return TFormat.HasMinimum ? T.Fma(T.Load(scales + 16), T.Broadcast(terms[TokenTerms.Sum * size]), y) : y;
    }

    /// <summary>Stores the outputs of one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish<T>(in DotTile tile, int row, int token, T y) where T : unmanaged, ILanes<T>
    {
        if (token >= tile.Tokens)
            return;
        if (tile.Bias is not null)
            y += T.Load(tile.Bias + row);
        T.Store(LaneMath.Canonical(y), tile.Y + (token * tile.Step) + row);
    }

    /// <summary>Two quads' products, added: four sums of 16 bits, or whole ones where weights are 16-bit numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Pair<T, TFormat>(byte* block, int pair, int* a) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        T w0 = TFormat.Quad<T>(block, 2 * pair, out var rest0), w1 = TFormat.Quad<T>(block, (2 * pair) + 1, out var rest1);
        if (!TFormat.IsShort)
            return T.AddShorts(T.MultiplyAddBytes(w0, Lanes<T>(a + (2 * pair))), T.MultiplyAddBytes(w1, Lanes<T>(a + (2 * pair) + 1)));
        a += 4 * pair;
        return T.AddInt(
            T.AddInt(T.MultiplyAddShorts(w0, Lanes<T>(a)), T.MultiplyAddShorts(rest0, Lanes<T>(a + 1))),
            T.AddInt(T.MultiplyAddShorts(w1, Lanes<T>(a + 2)), T.MultiplyAddShorts(rest1, Lanes<T>(a + 3))));
    }

    /// <summary>The same 32 bits in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Lanes<T>(int* bits) where T : unmanaged, ILanes<T> => T.Broadcast(*(float*)bits);
}
