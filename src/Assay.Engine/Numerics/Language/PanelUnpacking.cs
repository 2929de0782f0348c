using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>A panel as tiles of several tokens read it: scales as floats, and a whole byte, or 16-bit number, for each weight.</summary>
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

    /// <summary>Of each quad a vector of sixteen lanes, or two where weights are 16-bit numbers.</summary>
    [SkipLocalsInit]
    public static void Blocks<T, TFormat>(byte* block, int blocks, byte* target) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        for (; blocks > 0; blocks--, block += TFormat.BlockBytes)
        {
            target = Quad<T, TFormat>(block, 0, target);
            target = Quad<T, TFormat>(block, 1, target);
            target = Quad<T, TFormat>(block, 2, target);
            target = Quad<T, TFormat>(block, 3, target);
            target = Quad<T, TFormat>(block, 4, target);
            target = Quad<T, TFormat>(block, 5, target);
            target = Quad<T, TFormat>(block, 6, target);
            target = Quad<T, TFormat>(block, 7, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Quad<T, TFormat>(byte* block, int q, byte* target) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IPanelFormat
    {
        for (var row = 0; row < WeightPanels.Height; row += T.Width)
        {
            T.Store(TFormat.Quad<T>(block + (4 * row), q, out var rest), (float*)target + row);
            if (TFormat.IsShort)
                T.Store(rest, (float*)(target + 64) + row);
        }
        return target + (TFormat.IsShort ? 128 : 64);
    }
}
