using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics;

/// <summary>Eight lanes of AVX2.</summary>
internal readonly unsafe struct Lane8(Vector256<float> v) : ILanes<Lane8>
{
    public readonly Vector256<float> V = v;

    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lane8 value, float* target) => value.V.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 BroadcastBits(int bits) => new(Vector256.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator +(Lane8 a, Lane8 b) => new(a.V + b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator -(Lane8 a, Lane8 b) => new(a.V - b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator *(Lane8 a, Lane8 b) => new(a.V * b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator /(Lane8 a, Lane8 b) => new(a.V / b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Fma(Lane8 a, Lane8 b, Lane8 c) => new(System.Runtime.Intrinsics.X86.Fma.MultiplyAdd(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Sqrt(Lane8 a) => new(Vector256.Sqrt(a.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Less(Lane8 a, Lane8 b) => new(Vector256.LessThan(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Equal(Lane8 a, Lane8 b) => new(Vector256.Equals(a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Select(Lane8 mask, Lane8 a, Lane8 b) => new(Vector256.ConditionalSelect(mask.V, a.V, b.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator &(Lane8 a, Lane8 b) => new(a.V & b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator |(Lane8 a, Lane8 b) => new(a.V | b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator ^(Lane8 a, Lane8 b) => new(a.V ^ b.V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 AddInt(Lane8 a, Lane8 b) => new((a.V.AsInt32() + b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 SubInt(Lane8 a, Lane8 b) => new((a.V.AsInt32() - b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ShiftLeft(Lane8 a, int count) => new(Vector256.ShiftLeft(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ShiftRight(Lane8 a, int count) => new(Vector256.ShiftRightLogical(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ShiftRightArithmetic(Lane8 a, int count) => new(Vector256.ShiftRightArithmetic(a.V.AsInt32(), count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 LessInt(Lane8 a, Lane8 b) => new(Vector256.LessThan(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MaxInt(Lane8 a, Lane8 b) => new(Vector256.Max(a.V.AsInt32(), b.V.AsInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 FromInt(Lane8 a) => new(Vector256.ConvertToSingle(a.V.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Canonical(Lane8 a) => Select(Equal(a, a), a, BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Relu(Lane8 a) => Select(Equal(a, a), a & Less(default, a), BroadcastBits(0x7FC00000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Even(Lane8 a, Lane8 b) => new(Avx2.Permute4x64(Avx.Shuffle(a.V, b.V, 0x88).AsDouble(), 0xD8).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Odd(Lane8 a, Lane8 b) => new(Avx2.Permute4x64(Avx.Shuffle(a.V, b.V, 0xDD).AsDouble(), 0xD8).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyTopBit(Lane8 a) => Vector256.ExtractMostSignificantBits(a.V) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Widen(ushort* source) => new(Avx2.ConvertToVector256Int32(Vector128.Load(source)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(Lane8 value, ushort* target) => Vector128.Narrow(value.V.GetLower().AsUInt32(), value.V.GetUpper().AsUInt32()).Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyAddBytes(Lane8 a, Lane8 b) => new(Avx2.MultiplyAddAdjacent(a.V.AsByte(), b.V.AsSByte()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyAddShorts(Lane8 a, Lane8 b) => new(Avx2.MultiplyAddAdjacent(a.V.AsInt16(), b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 WidenBytes(sbyte* source) => new(Avx2.ConvertToVector256Int16(Vector128.Load(source)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 AddShorts(Lane8 a, Lane8 b) => new((a.V.AsInt16() + b.V.AsInt16()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NarrowToBytes(Lane8 value, sbyte* target)
    {
        var shorts = Vector128.Narrow(value.V.GetLower().AsInt32(), value.V.GetUpper().AsInt32());
        *(long*)target = Vector128.Narrow(shorts, shorts).AsInt64().ToScalar();
    }
}
