using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>A format once <see cref="PanelUnpacking"/> has given each weight a byte, or a 16-bit number, of its own.</summary>
internal readonly unsafe struct UnpackedPanel<TFormat> : IPanelFormat where TFormat : unmanaged, IPanelFormat
{
    public static int BlockBytes => TFormat.IsShort ? 1024 : 512;

    public static int Columns => TFormat.Columns;

    public static int ScaleBytes => TFormat.ScaleBytes;

    public static int Terms => TFormat.Terms;

    public static bool IsShort => TFormat.IsShort;

    public static int Quads => TFormat.Quads;

    public static int Offset => TFormat.Offset;

    public static bool HasMinimum => TFormat.HasMinimum;

    public static bool HasHalves => TFormat.HasHalves;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Quad<T>(byte* block, int q, out T rest) where T : unmanaged, ILanes<T>
    {
        rest = TFormat.IsShort ? T.Load((float*)(block + (q * 128) + 64)) : default;
        return T.Load((float*)(block + (q * (TFormat.IsShort ? 128 : 64))));
    }

    public static void Widen<T>(byte* scales, int row, float* terms) where T : unmanaged, ILanes<T> => TFormat.Widen<T>(scales, row, terms);

    public static void Pack(byte* stored, int row, byte* scales, byte* blocks) => TFormat.Pack(stored, row, scales, blocks);
}
