using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Assay.Engine.Numerics;

/// <summary>Four lanes: NEON, or the low quarter of x86.</summary>
internal readonly unsafe struct Lane4(Vector128<float> v) : ILanes<Lane4>
{
    public readonly Vector128<float> V = v;

    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane4 value, float* target) => value.V.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 BroadcastBits(int bits) => new(Vector128.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator +(Lane4 a, Lane4 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator -(Lane4 a, Lane4 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator *(Lane4 a, Lane4 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator /(Lane4 a, Lane4 b) => new(a.V / b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Fma(Lane4 a, Lane4 b, Lane4 c) => new(AdvSimd.IsSupported
        ? AdvSimd.FusedMultiplyAdd(c.V, a.V, b.V)
        : System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Sqrt(Lane4 a) => new(Vector128.Sqrt(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Less(Lane4 a, Lane4 b) => new(Vector128.LessThan(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Equal(Lane4 a, Lane4 b) => new(Vector128.Equals(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Select(Lane4 mask, Lane4 a, Lane4 b) => new(Vector128.ConditionalSelect(mask.V, a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator &(Lane4 a, Lane4 b) => new(a.V & b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator |(Lane4 a, Lane4 b) => new(a.V | b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator ^(Lane4 a, Lane4 b) => new(a.V ^ b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 AddInt(Lane4 a, Lane4 b) => new((a.V.AsInt32() + b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 SubInt(Lane4 a, Lane4 b) => new((a.V.AsInt32() - b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ShiftLeft(Lane4 a, int count) => new(Vector128.ShiftLeft(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ShiftRight(Lane4 a, int count) => new(Vector128.ShiftRightLogical(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ShiftRightArithmetic(Lane4 a, int count) => new(Vector128.ShiftRightArithmetic(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 LessInt(Lane4 a, Lane4 b) => new(Vector128.LessThan(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MaxInt(Lane4 a, Lane4 b) => new(Vector128.Max(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 FromInt(Lane4 a) => new(Vector128.ConvertToSingle(a.V.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Canonical(Lane4 a) => Select(Equal(a, a), a, BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Relu(Lane4 a) => Select(Equal(a, a), a & Less(default, a), BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Even(Lane4 a, Lane4 b) => new(AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(a.V, b.V) : System.Runtime.Intrinsics.X86.Sse.Shuffle(a.V, b.V, 0x88));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Odd(Lane4 a, Lane4 b) => new(AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(a.V, b.V) : System.Runtime.Intrinsics.X86.Sse.Shuffle(a.V, b.V, 0xDD));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTopBit(Lane4 a) => Vector128.ExtractMostSignificantBits(a.V) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Widen(ushort* source) => new(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsUInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Lane4 value, ushort* target) => *(ulong*)target = Vector128.Narrow(value.V.AsUInt32(), value.V.AsUInt32()).AsUInt64().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyAddBytes(Lane4 a, Lane4 b) => new(AdvSimd.Arm64.IsSupported
        // Unsigned bytes here are below 128 wherever products of bytes stay in range, so they are signed ones as well.
        ? AdvSimd.Arm64.AddPairwise(
            AdvSimd.MultiplyWideningLower(a.V.AsSByte().GetLower(), b.V.AsSByte().GetLower()), AdvSimd.MultiplyWideningUpper(a.V.AsSByte(), b.V.AsSByte())).AsSingle()
        : System.Runtime.Intrinsics.X86.Ssse3.MultiplyAddAdjacent(a.V.AsByte(), b.V.AsSByte()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyAddShorts(Lane4 a, Lane4 b) => new(AdvSimd.Arm64.IsSupported
        ? AdvSimd.Arm64.AddPairwise(
            AdvSimd.MultiplyWideningLower(a.V.AsInt16().GetLower(), b.V.AsInt16().GetLower()), AdvSimd.MultiplyWideningUpper(a.V.AsInt16(), b.V.AsInt16())).AsSingle()
        : System.Runtime.Intrinsics.X86.Sse2.MultiplyAddAdjacent(a.V.AsInt16(), b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 WidenBytes(sbyte* source) => new(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsSByte()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 AddShorts(Lane4 a, Lane4 b) => new((a.V.AsInt16() + b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NarrowToBytes(Lane4 value, sbyte* target)
    {
        var shorts = Vector128.Narrow(value.V.AsInt32(), value.V.AsInt32());
        *(int*)target = Vector128.Narrow(shorts, shorts).AsInt32().ToScalar();
    }
}
