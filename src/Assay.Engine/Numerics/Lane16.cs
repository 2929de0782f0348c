using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics;

/// <summary>Sixteen lanes of AVX-512.</summary>
internal readonly unsafe struct Lane16(Vector512<float> v) : ILanes<Lane16>
{
    public readonly Vector512<float> V = v;

    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane16 value, float* target) => value.V.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 BroadcastBits(int bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator +(Lane16 a, Lane16 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator -(Lane16 a, Lane16 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator *(Lane16 a, Lane16 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator /(Lane16 a, Lane16 b) => new(a.V / b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Fma(Lane16 a, Lane16 b, Lane16 c) => new(Avx512F.FusedMultiplyAdd(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Sqrt(Lane16 a) => new(Vector512.Sqrt(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Less(Lane16 a, Lane16 b) => new(Vector512.LessThan(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Equal(Lane16 a, Lane16 b) => new(Vector512.Equals(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Select(Lane16 mask, Lane16 a, Lane16 b) => new(Vector512.ConditionalSelect(mask.V, a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator &(Lane16 a, Lane16 b) => new(a.V & b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator |(Lane16 a, Lane16 b) => new(a.V | b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 operator ^(Lane16 a, Lane16 b) => new(a.V ^ b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 AddInt(Lane16 a, Lane16 b) => new((a.V.AsInt32() + b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 SubInt(Lane16 a, Lane16 b) => new((a.V.AsInt32() - b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 ShiftLeft(Lane16 a, int count) => new(Vector512.ShiftLeft(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 ShiftRight(Lane16 a, int count) => new(Vector512.ShiftRightLogical(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 ShiftRightArithmetic(Lane16 a, int count) => new(Vector512.ShiftRightArithmetic(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 LessInt(Lane16 a, Lane16 b) => new(Vector512.LessThan(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MaxInt(Lane16 a, Lane16 b) => new(Vector512.Max(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 FromInt(Lane16 a) => new(Vector512.ConvertToSingle(a.V.AsInt32()));

    // One instruction that sorts a float into eight classes and answers for each (VFIXUPIMMPS: Intel's manual, volume 2). The classes,
    // lowest digit first: quiet NaN, signalling NaN, zero, one, -infinity, +infinity, negative, positive. The answers used here: 0 the
    // value that stood in the target, 1 the operand, 8 plus zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Canonical(Lane16 a) => new(Avx512F.Fixup(Vector512.Create(0x7FC00000).AsSingle(), a.V, Vector512.Create(0x11111100), 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Relu(Lane16 a) => new(Avx512F.Fixup(Vector512.Create(0x7FC00000).AsSingle(), a.V, Vector512.Create(0x18181800), 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Even(Lane16 a, Lane16 b) => new(Avx512F.PermuteVar16x32x2(a.V, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Odd(Lane16 a, Lane16 b) => new(Avx512F.PermuteVar16x32x2(a.V, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTopBit(Lane16 a) => Vector512.ExtractMostSignificantBits(a.V) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 Widen(ushort* source) => new(Avx512F.ConvertToVector512Int32(Vector256.Load(source)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Lane16 value, ushort* target) => Avx512F.ConvertToVector256UInt16(value.V.AsUInt32()).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAddBytes(Lane16 a, Lane16 b) => new(Avx512BW.MultiplyAddAdjacent(a.V.AsByte(), b.V.AsSByte()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 MultiplyAddShorts(Lane16 a, Lane16 b) => new(Avx512BW.MultiplyAddAdjacent(a.V.AsInt16(), b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 WidenBytes(sbyte* source) => new(Avx512BW.ConvertToVector512Int16(Vector256.Load(source)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane16 AddShorts(Lane16 a, Lane16 b) => new((a.V.AsInt16() + b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NarrowToBytes(Lane16 value, sbyte* target) => Avx512F.ConvertToVector128SByte(value.V.AsInt32()).Store(target);
}
