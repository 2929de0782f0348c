using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>How sixteen rows of weights that are not quantised stand in a panel: the sixteen numbers of a column together.</summary>
internal unsafe interface IFloatFormat
{
    static abstract int Bytes { get; }

    /// <summary>T.Width numbers of a column.</summary>
    static abstract T Load<T>(byte* numbers) where T : unmanaged, ILanes<T>;
}

internal readonly unsafe struct SinglePanel : IFloatFormat
{
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* numbers) where T : unmanaged, ILanes<T> => T.Load((float*)numbers);
}

internal readonly unsafe struct BrainPanel : IFloatFormat
{
    public static int Bytes => 2;

    /// <summary>A NaN keeps its payload here: the chain's result is made canonical.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* numbers) where T : unmanaged, ILanes<T> => T.ShiftLeft(T.Widen((ushort*)numbers), 16);
}

internal readonly unsafe struct HalfPanel : IFloatFormat
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* numbers) where T : unmanaged, ILanes<T> => HalfFloat.ToSingle(T.Widen((ushort*)numbers));
}

/// <summary>float16 of which none is infinite or NaN: an exact product puts the exponent right, for subnormals as well, and that is all.</summary>
internal readonly unsafe struct FiniteHalfPanel : IFloatFormat
{
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* numbers) where T : unmanaged, ILanes<T>
    {
        var bits = T.Widen((ushort*)numbers);
        var magnitude = T.ShiftLeft(bits, 13) & T.BroadcastBits(0x7FFF << 13);
        return ((T.ShiftLeft(bits, 16) & T.BroadcastBits(unchecked((int)0x80000000))) | magnitude) * T.BroadcastBits((112 + 127) << 23);
    }
}

/// <summary>A tile of a product with weights that are not quantised: sixteen rows by the tokens of a group, each output one chain.</summary>
internal unsafe struct FloatTile
{
    /// <summary>The panel's numbers.</summary>
    public byte* Weights;

    /// <summary>Of each column the group's floats.</summary>
    public float* Activations;
    public int Columns;

    /// <summary>Where outputs go, the biases, and how far off the next panel is.</summary>
    public DotTile Target;

    [SkipLocalsInit]
    public static void One<T, TFormat>(in FloatTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IFloatFormat
    {
        var w = tile.Weights + (TFormat.Bytes * row);
        var x = tile.Activations;
        T y = default;
        for (var end = x + tile.Columns; x < end; x++, w += WeightPanels.Height * TFormat.Bytes)
        {
            if (Prefetch.Ahead > 0)
                Prefetch.Near(w + Prefetch.Ahead);
            y = T.Fma(T.Broadcast(*x), TFormat.Load<T>(w), y);
        }
        DotTile.Finish(tile.Target, row, 0, y);
    }

    /// <summary>Four tokens by a panel.</summary>
    [SkipLocalsInit]
    public static void Four<T, TFormat>(in FloatTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IFloatFormat
    {
        var w = tile.Weights + (TFormat.Bytes * row);
        var x = tile.Activations;
        T y0 = default, y1 = default, y2 = default, y3 = default;
        for (var end = x + (4 * (nint)tile.Columns); x < end; x += 4, w += WeightPanels.Height * TFormat.Bytes)
        {
            var v = TFormat.Load<T>(w);
            y0 = T.Fma(T.Broadcast(x[0]), v, y0);
            y1 = T.Fma(T.Broadcast(x[1]), v, y1);
            y2 = T.Fma(T.Broadcast(x[2]), v, y2);
            y3 = T.Fma(T.Broadcast(x[3]), v, y3);
        }
        DotTile.Finish(tile.Target, row, 0, y0);
        DotTile.Finish(tile.Target, row, 1, y1);
        DotTile.Finish(tile.Target, row, 2, y2);
        DotTile.Finish(tile.Target, row, 3, y3);
    }

    /// <summary>Four tokens by two panels, for 32 registers.</summary>
    [SkipLocalsInit]
    public static void FourByTwo<T, TFormat>(in FloatTile tile, int row) where T : unmanaged, ILanes<T> where TFormat : unmanaged, IFloatFormat
    {
        var w = tile.Weights + (TFormat.Bytes * row);
        var x = tile.Activations;
        var next = tile.Target.Next;
        T y00 = default, y01 = default, y02 = default, y03 = default;
        T y10 = default, y11 = default, y12 = default, y13 = default;
        for (var end = x + (4 * (nint)tile.Columns); x < end; x += 4, w += WeightPanels.Height * TFormat.Bytes)
        {
            T v0 = TFormat.Load<T>(w), v1 = TFormat.Load<T>(w + next);
            var a = T.Broadcast(x[0]);
            y00 = T.Fma(a, v0, y00);
            y10 = T.Fma(a, v1, y10);
            a = T.Broadcast(x[1]);
            y01 = T.Fma(a, v0, y01);
            y11 = T.Fma(a, v1, y11);
            a = T.Broadcast(x[2]);
            y02 = T.Fma(a, v0, y02);
            y12 = T.Fma(a, v1, y12);
            a = T.Broadcast(x[3]);
            y03 = T.Fma(a, v0, y03);
            y13 = T.Fma(a, v1, y13);
        }
        DotTile.Finish(tile.Target, row, 0, y00);
        DotTile.Finish(tile.Target, row, 1, y01);
        DotTile.Finish(tile.Target, row, 2, y02);
        DotTile.Finish(tile.Target, row, 3, y03);
        DotTile.Finish(tile.Target, row + WeightPanels.Height, 0, y10);
        DotTile.Finish(tile.Target, row + WeightPanels.Height, 1, y11);
        DotTile.Finish(tile.Target, row + WeightPanels.Height, 2, y12);
        DotTile.Finish(tile.Target, row + WeightPanels.Height, 3, y13);
    }
}
