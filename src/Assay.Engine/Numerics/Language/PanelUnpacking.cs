using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>A panel as tiles of many tokens read it: scales as floats, and a byte for each weight, or one for each half of it.</summary>
internal static unsafe class PanelUnpacking
{
    /// <summary>Of each 32 columns <see cref="IPanelFormat.Terms"/> times sixteen floats.</summary>
    public static void Scales<T, TFormat>(byte* scales, int columns, float* terms) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        for (var c = 0; c < columns; c += TFormat.Columns)
        {
            for (var row = 0; row < WeightPanels.Height; row += T.Width)
                TFormat.Widen<T>(scales, row, terms);
            scales += TFormat.ScaleBytes;
            terms += TFormat.Columns / 32 * TFormat.Terms * 16;
        }
    }

    /// <summary>Of each quad of a block a vector of sixteen lanes, then likewise the high halves where there are such.</summary>
    [SkipLocalsInit]
    public static void Blocks<T, TFormat>(byte* block, int blocks, byte* target) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        for (; blocks > 0; blocks--, block += TFormat.BlockBytes)
        {
            Quad<T, TFormat>(block, 0, target);
            Quad<T, TFormat>(block, 1, target);
            Quad<T, TFormat>(block, 2, target);
            Quad<T, TFormat>(block, 3, target);
            Quad<T, TFormat>(block, 4, target);
            Quad<T, TFormat>(block, 5, target);
            Quad<T, TFormat>(block, 6, target);
            Quad<T, TFormat>(block, 7, target);
            target += Block<TFormat>();
        }
    }

    /// <summary>Bytes of a block once it is unpacked.</summary>
    public static int Block<TFormat>() where TFormat : unmanaged, IPanelFormat => TFormat.HasHigh ? 1024 : 512;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quad<T, TFormat>(byte* block, int q, byte* target) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        for (var row = 0; row < WeightPanels.Height; row += T.Width)
        {
            T.Store(TFormat.Quad<T>(block + (4 * row), q, out var high), (float*)(target + (64 * q)) + row);
            if (TFormat.HasHigh)
                T.Store(high, (float*)(target + 512 + (64 * q)) + row);
        }
    }
}
