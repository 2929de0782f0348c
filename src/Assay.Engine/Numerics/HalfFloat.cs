using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>float16 (IEEE binary16) and float32: exact one way, to nearest even the other. NaN becomes the canonical NaN.</summary>
public static class HalfFloat
{
    public const ushort CanonicalNaN = 0x7E00;

    public static float ToSingle(ushort bits)
    {
        unsafe
        {
            return ToSingle(Lane1.Widen(&bits)).V;
        }
    }

    public static float ToSingle(Half value) => ToSingle(BitConverter.HalfToUInt16Bits(value));

    /// <summary>The bits of the nearest float16; ties to even, overflow to infinity, subnormals kept.</summary>
    public static ushort FromSingle(float value) => (ushort)BitConverter.SingleToInt32Bits(FromSingle(new Lane1(value)).V);

    /// <summary>Lanes of float32 rounded to the nearest float16, as float32: what <see cref="FromSingle{T}"/> and back would give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Round<T>(T value) where T : unmanaged, ILanes<T>
    {
        var magnitude = LaneMath.Abs(value);
        return T.Canonical(RoundPositive(magnitude) | (value ^ magnitude));
    }

    /// <summary>The same for numbers without a sign; a NaN remains one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T RoundPositive<T>(T value) where T : unmanaged, ILanes<T> =>
        T.Select(T.Less(T.BroadcastBits(Most), value), T.BroadcastBits(0x7F800000), RoundSmall(value));

    /// <summary>The last float32 below 65520, from which on numbers are nearer to 2^16, which is infinite: 65519.996.</summary>
    internal const int Most = 0x477FEFFF;

    /// <summary>The same for numbers up to <see cref="Most"/>.</summary>
    /// <remarks>
    /// Adding and taking away 1.5 · 2^13 times the power of two below x lets the addition round where float16's last place is. That
    /// power is never below float16's smallest normal, whose last place the subnormals share.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T RoundSmall<T>(T value) where T : unmanaged, ILanes<T>
    {
        var power = T.MaxInt(value & T.BroadcastBits(0x7F800000), T.BroadcastBits((127 - 14) << 23));
        var magic = T.AddInt(power, T.BroadcastBits((13 << 23) | 0x400000));
        return value + magic - magic;
    }

    /// <summary>Lanes of zero-extended float16 bits as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T ToSingle<T>(T bits) where T : unmanaged, ILanes<T>
    {
        var sign = T.ShiftLeft(bits & T.BroadcastBits(0x8000), 16);
        // Moved into place, the exponent is 112 too small: an exact product puts it right, for subnormals as well.
        var magnitude = T.ShiftLeft(bits & T.BroadcastBits(0x7FFF), 13) * T.BroadcastBits((112 + 127) << 23);
        var finite = T.Less(magnitude, T.Broadcast(65536f));
        var special = T.Select(T.Equal(magnitude, T.Broadcast(65536f)), T.BroadcastBits(0x7F800000) | sign, T.BroadcastBits(0x7FC00000));
        return T.Select(finite, magnitude | sign, special);
    }

    /// <summary>Lanes of float32 as float16 bits in the low half of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromSingle<T>(T value) where T : unmanaged, ILanes<T>
    {
        var magnitude = LaneMath.Abs(value);
        var sign = T.ShiftRight(value ^ magnitude, 16);
        // Normal: re-bias the exponent and add just under half of the last place, or half where the last place is odd.
        var odd = T.ShiftRight(magnitude, 13) & T.BroadcastBits(1);
        var normal = T.ShiftRight(T.AddInt(T.AddInt(magnitude, T.BroadcastBits((-112 << 23) + 0xFFF)), odd), 13);
        // Subnormal: adding 0.5 lets the addition itself round at 2^-24, the last place of float16's subnormals.
        var subnormal = T.SubInt(magnitude + T.Broadcast(0.5f), T.Broadcast(0.5f));
        var result = T.Select(T.Less(magnitude, T.BroadcastBits(0x38800000)), subnormal, normal);
        result = T.Select(T.Less(magnitude, T.Broadcast(65536f)), result, T.BroadcastBits(0x7C00));
        return T.Select(T.Equal(value, value), result | sign, T.BroadcastBits(CanonicalNaN));
    }
}

/// <summary>bfloat16 and float32: exact one way, to nearest even the other. NaN becomes the canonical NaN.</summary>
public static class BrainFloat
{
    public const ushort CanonicalNaN = 0x7FC0;

    public static float ToSingle(ushort bits) => ScalarMath.Canonical(BitConverter.Int32BitsToSingle(bits << 16));

    /// <summary>The bits of the nearest bfloat16; ties to even, overflow to infinity, subnormals kept.</summary>
    public static ushort FromSingle(float value) => (ushort)BitConverter.SingleToInt32Bits(FromSingle(new Lane1(value)).V);

    /// <summary>Lanes of zero-extended bfloat16 bits as float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T ToSingle<T>(T bits) where T : unmanaged, ILanes<T> => LaneMath.Canonical(T.ShiftLeft(bits, 16));

    /// <summary>Lanes of float32 as bfloat16 bits in the low half of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromSingle<T>(T value) where T : unmanaged, ILanes<T>
    {
        var odd = T.ShiftRight(value, 16) & T.BroadcastBits(1);
        var rounded = T.ShiftRight(T.AddInt(T.AddInt(value, T.BroadcastBits(0x7FFF)), odd), 16);
        return T.Select(T.Equal(value, value), rounded, T.BroadcastBits(CanonicalNaN));
    }
}
