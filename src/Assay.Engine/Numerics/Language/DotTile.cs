using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>A tile of a product with quantised weights: the sixteen rows of a panel by a few tokens (1.3 of assay-llm-v1).</summary>
internal unsafe struct DotTile
{
    /// <summary>The panel's whole numbers, packed or unpacked.</summary>
    public byte* Weights;

    /// <summary>Its scales, widened: of each 32 columns <see cref="IPanelFormat.Terms"/> times sixteen floats.</summary>
    public float* Scales;

    /// <summary>The first group's bytes, four to a lane.</summary>
    public int* Activations;

    /// <summary>The group's <see cref="TokenTerms"/>.</summary>
    public float* Terms;

    /// <summary>Bytes from this panel to the next one.</summary>
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

    /// <summary>The same 32 bits in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Lanes<T>(int* bits) where T : unmanaged, ILanes<T> => T.Broadcast(*(float*)bits);
}
