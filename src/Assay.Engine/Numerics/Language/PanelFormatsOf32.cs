using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>Q4_1: the numbers like Q4_0's, unsigned as they are; of sixteen rows d, then m.</summary>
internal readonly unsafe struct Q4_1Panel : IPanelFormat
{
    public static int BlockBytes => 256;

    public static int Columns => 32;

    public static int ScaleBytes => 64;

    public static int Terms => 2;

    public static bool HasHigh => false;

    public static int Quads => 8;

    public static int Offset => -1;

    public static bool HasMinimum => true;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T> => Q4_0Panel.Quad(block, q, out high);

    /// <summary>d, then m: what other formats take off is added here.</summary>
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T>
    {
        T.Store(HalfFloat.ToSingle(T.Widen((ushort*)scales + row)), terms + row);
        T.Store(HalfFloat.ToSingle(T.Widen((ushort*)scales + WeightPanels.Height + row)), terms + WeightPanels.Height + row);
    }

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = ((ushort*)stored)[0];
        ((ushort*)scales)[WeightPanels.Height + row] = ((ushort*)stored)[1];
        Nibbles.PackHalves((uint*)(stored + 4), row, (uint*)blocks);
    }
}

/// <summary>Q5_0: the low four bits like Q4_0's, the fifth like Q5_K's. q up to 31: 4 · 2 · 31 · 127 = 31496.</summary>
internal readonly unsafe struct Q5_0Panel : IPanelFormat
{
    public static int BlockBytes => Q5_KPanel.BlockBytes;

    public static int Columns => 32;

    public static int ScaleBytes => 32;

    public static int Terms => 1;

    public static bool HasHigh => false;

    public static int Quads => 4;

    public static int Offset => TokenTerms.Minus16;

    public static bool HasMinimum => false;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T> => Q5_KPanel.Quad(block, q, out high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => Q4_0Panel.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = *(ushort*)stored;
        FifthBits.Pack(*(uint*)(stored + 2), row, blocks);
        Nibbles.PackHalves((uint*)(stored + 6), row, (uint*)blocks);
    }
}

/// <summary>Q5_1: the numbers like Q5_0's, unsigned as they are; the scales like Q4_1's.</summary>
internal readonly unsafe struct Q5_1Panel : IPanelFormat
{
    public static int BlockBytes => Q5_KPanel.BlockBytes;

    public static int Columns => 32;

    public static int ScaleBytes => Q4_1Panel.ScaleBytes;

    public static int Terms => 2;

    public static bool HasHigh => false;

    public static int Quads => 4;

    public static int Offset => -1;

    public static bool HasMinimum => true;

    public static bool HasHalves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T high) where T : unmanaged, ILanes<T> => Q5_KPanel.Quad(block, q, out high);

    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => Q4_1Panel.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks)
    {
        ((ushort*)scales)[row] = ((ushort*)stored)[0];
        ((ushort*)scales)[WeightPanels.Height + row] = ((ushort*)stored)[1];
        FifthBits.Pack(*(uint*)(stored + 4), row, blocks);
        Nibbles.PackHalves((uint*)(stored + 8), row, (uint*)blocks);
    }
}

/// <summary>The fifth bits of 32 columns: stored, bit i is column i's; in the panel's fifth vector bit q of byte b is that of column 4q + b.</summary>
internal static unsafe class FifthBits
{
    public static void Pack(uint stored, int row, byte* blocks)
    {
        uint bits = 0;
        for (var column = 0; column < 32; column++)
            bits |= ((stored >> column) & 1) << ((column % 4 * 8) + (column / 4));
        ((uint*)(blocks + 256))[row] = bits;
    }
}
