using System.Runtime.CompilerServices;

namespace Assay.Engine.Numerics;

/// <summary>One lane with the software FMA: the readable form, and the fallback where there is no FMA.</summary>
internal readonly unsafe struct Lane1(float v) : ILanes<Lane1>
{
    public readonly float V = v;

    private int Bits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.SingleToInt32Bits(V);
    }

    public static int Width => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Load(float* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane1 value, float* target) => *target = value.V;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Broadcast(float value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 BroadcastBits(int bits) => new(BitConverter.Int32BitsToSingle(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator +(Lane1 a, Lane1 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator -(Lane1 a, Lane1 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator *(Lane1 a, Lane1 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator /(Lane1 a, Lane1 b) => new(a.V / b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Fma(Lane1 a, Lane1 b, Lane1 c) => new(SoftwareFma.Fma(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Sqrt(Lane1 a) => new(MathF.Sqrt(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Less(Lane1 a, Lane1 b) => Mask(a.V < b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Equal(Lane1 a, Lane1 b) => Mask(a.V == b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Select(Lane1 mask, Lane1 a, Lane1 b) => mask.Bits != 0 ? a : b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator &(Lane1 a, Lane1 b) => BroadcastBits(a.Bits & b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator |(Lane1 a, Lane1 b) => BroadcastBits(a.Bits | b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator ^(Lane1 a, Lane1 b) => BroadcastBits(a.Bits ^ b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 AddInt(Lane1 a, Lane1 b) => BroadcastBits(a.Bits + b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 SubInt(Lane1 a, Lane1 b) => BroadcastBits(a.Bits - b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ShiftLeft(Lane1 a, int count) => BroadcastBits(a.Bits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ShiftRight(Lane1 a, int count) => BroadcastBits(a.Bits >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ShiftRightArithmetic(Lane1 a, int count) => BroadcastBits(a.Bits >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 LessInt(Lane1 a, Lane1 b) => Mask(a.Bits < b.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 MaxInt(Lane1 a, Lane1 b) => BroadcastBits(Math.Max(a.Bits, b.Bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 FromInt(Lane1 a) => new(a.Bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Canonical(Lane1 a) => Select(Equal(a, a), a, BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Relu(Lane1 a) => Select(Equal(a, a), a & Less(default, a), BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Even(Lane1 a, Lane1 b) => a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Odd(Lane1 a, Lane1 b) => b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTopBit(Lane1 a) => a.Bits < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Widen(ushort* source) => BroadcastBits(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Lane1 value, ushort* target) => *target = (ushort)value.Bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 MultiplyAddBytes(Lane1 a, Lane1 b)
    {
        int x = a.Bits, y = b.Bits;
        var low = ((byte)x * (sbyte)y) + ((byte)(x >> 8) * (sbyte)(y >> 8));
        var high = ((byte)(x >> 16) * (sbyte)(y >> 16)) + ((byte)(x >> 24) * (sbyte)(y >> 24));
        return BroadcastBits((low & 0xFFFF) | (high << 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 MultiplyAddShorts(Lane1 a, Lane1 b) => BroadcastBits(((short)a.Bits * (short)b.Bits) + ((a.Bits >> 16) * (b.Bits >> 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 WidenBytes(sbyte* source) => BroadcastBits((source[0] & 0xFFFF) + (source[1] * 0x10000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 AddShorts(Lane1 a, Lane1 b) => BroadcastBits(((a.Bits + b.Bits) & 0xFFFF) | (((a.Bits >> 16) + (b.Bits >> 16)) << 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NarrowToBytes(Lane1 value, sbyte* target) => *target = (sbyte)value.Bits;


    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane1 Mask(bool set) => BroadcastBits(set ? -1 : 0);
}
