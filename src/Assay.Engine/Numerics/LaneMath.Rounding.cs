using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <content>To whole numbers, exactly (5.1 of the profile). A zero keeps the sign of the argument.</content>
internal static partial class LaneMath
{
    /// <summary>From here on every float32 is a whole number.</summary>
    private const float Whole = 8388608f;

    /// <summary>The nearest whole number, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Round<T>(T x) where T : unmanaged, ILanes<T>
    {
        var a = Abs(x);
        // The sum has no room for a fraction, so the addition itself rounds.
        var rounded = (a + T.Broadcast(Whole)) - T.Broadcast(Whole);
        return Canonical(T.Select(T.Less(a, T.Broadcast(Whole)), rounded | (x & T.BroadcastBits(SignBit)), x));
    }

    /// <summary>The greatest whole number that is not above x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Floor<T>(T x) where T : unmanaged, ILanes<T>
    {
        var r = Round(x);
        return r - (T.Less(x, r) & T.Broadcast(1f));
    }

    /// <summary>The least whole number that is not below x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Ceil<T>(T x) where T : unmanaged, ILanes<T>
    {
        var r = Round(x);
        return Canonical((r + (T.Less(r, x) & T.Broadcast(1f))) | (x & T.BroadcastBits(SignBit)));
    }

    /// <summary>x without its fraction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Truncate<T>(T x) where T : unmanaged, ILanes<T> => Canonical(Floor(Abs(x)) | (x & T.BroadcastBits(SignBit)));

    /// <summary>1 above zero, -1 below, +0 for both zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sign<T>(T x) where T : unmanaged, ILanes<T>
    {
        var sign = (T.Less(default, x) & T.Broadcast(1f)) | (T.Less(x, default) & T.Broadcast(-1f));
        return T.Select(T.Equal(x, x), sign, T.BroadcastBits(CanonicalNaN));
    }
}
