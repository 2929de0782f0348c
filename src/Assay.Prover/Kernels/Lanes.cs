using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>So many words side by side, so that one piece of code is right for every width: the compiler makes a copy for each.</summary>
internal interface ILanes<T> where T : struct, ILanes<T>
{
    /// <summary>Words of one.</summary>
    static abstract int Count { get; }

    static abstract T Of(uint word);

    static abstract T Load(ref readonly uint first);

    void Store(ref uint first);

    static abstract T operator +(T a, T b);

    static abstract T operator ^(T a, T b);

    static abstract T RotateRight(T value, [ConstantExpected] byte bits);

    static abstract T operator -(T a, T b);

    /// <summary>Of each word the smaller one, without sign.</summary>
    static abstract T Min(T a, T b);

    /// <summary>The products of the words at even places, of 64 bits each.</summary>
    static abstract T MultiplyEven(T a, T b);

    /// <summary>The words at odd places, each moved one down: into the even places.</summary>
    static abstract T Odd(T value);

    /// <summary>The upper halves of products: of the first to even places, of the second to odd ones.</summary>
    static abstract T Upper(T even, T odd);

    /// <summary>A sum of 64 bits that is the two's modulo p · 2^32; like them it is below 2 p · 2^32.</summary>
    static abstract T AddProducts(T a, T b);


    /// <summary>a + b modulo p, of words below p. (This and what follows is one step each for the compiler, which counts what it inlines.)</summary>
    static abstract T AddModulo(T a, T b);

    /// <summary>a − b modulo p.</summary>
    static abstract T SubtractModulo(T a, T b);

    /// <summary>a0 b0 + a1 b1 + a2 b2 + a3 b3 of the words at even places, of 64 bits: of words below p it is below 2 p · 2^32.</summary>
    static abstract T Dot(T a0, T b0, T a1, T b1, T a2, T b2, T a3, T b3);

    /// <summary>t/2^32 modulo p: of sums t of 64 bits below 2 p · 2^32, the first for even places, the second for odd ones.</summary>
    static abstract T Reduce(T even, T odd);
}

/// <summary>16 words.</summary>
internal readonly struct Lanes512(Vector512<uint> words) : ILanes<Lanes512>
{
    private readonly Vector512<uint> words = words;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Of(uint word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(ref readonly uint first) => new(Vector512.LoadUnsafe(in first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint first) => words.StoreUnsafe(ref first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.words + b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator ^(Lanes512 a, Lanes512 b) => new(a.words ^ b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RotateRight(Lanes512 value, [ConstantExpected] byte bits) =>
        new(Avx512F.IsSupported ? Avx512F.RotateRight(value.words, bits) : value.words >>> bits | value.words << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.words - b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.Min(a.words, b.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyEven(Lanes512 a, Lanes512 b) => new(Even(a.words, b.words).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Odd(Lanes512 value) => new((value.words.AsUInt64() >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Upper(Lanes512 even, Lanes512 odd) => new(Highs(even.words, odd.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddProducts(Lanes512 a, Lanes512 b)
    {
        // A word less p · 2^32, or itself, is below p · 2^32; the lower halves stay as they are.
        var p = Vector512.Create((ulong)Felt.Modulus << 32).AsUInt32();
        return new((Vector512.Min(a.words, a.words - p).AsUInt64() + Vector512.Min(b.words, b.words - p).AsUInt64()).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddModulo(Lanes512 a, Lanes512 b)
    {
        var sum = a.words + b.words;
        return new(Vector512.Min(sum, sum - Vector512.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SubtractModulo(Lanes512 a, Lanes512 b)
    {
        var difference = a.words - b.words;
        return new(Vector512.Min(difference, difference + Vector512.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Dot(Lanes512 a0, Lanes512 b0, Lanes512 a1, Lanes512 b1, Lanes512 a2, Lanes512 b2, Lanes512 a3, Lanes512 b3) =>
        new(((Even(a0.words, b0.words) + Even(a1.words, b1.words)) + (Even(a2.words, b2.words) + Even(a3.words, b3.words))).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Reduce(Lanes512 even, Lanes512 odd)
    {
        var (p, inverse) = (Vector512.Create(Felt.Modulus), Vector512.Create(Felt.InverseOfModulus));
        var (m, n) = (Even(Even(even.words, inverse).AsUInt32(), p).AsUInt32(), Even(Even(odd.words, inverse).AsUInt32(), p).AsUInt32());
        var high = Highs(even.words, odd.words);
        high = Vector512.Min(high, high - p) - Highs(m, n);
        return new(Vector512.Min(high, high + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Even(Vector512<uint> a, Vector512<uint> b) =>
        Avx512F.IsSupported ? Avx512F.Multiply(a, b) : (a.AsUInt64() & Vector512.Create(0xffff_fffful)) * (b.AsUInt64() & Vector512.Create(0xffff_fffful));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Highs(Vector512<uint> even, Vector512<uint> odd) =>
        Vector512.ConditionalSelect(Vector512.Create(0xffff_ffff_0000_0000ul).AsUInt32(), odd, (even.AsUInt64() >>> 32).AsUInt32());
}

/// <summary>8 words.</summary>
internal readonly struct Lanes256(Vector256<uint> words) : ILanes<Lanes256>
{
    private readonly Vector256<uint> words = words;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Of(uint word) => new(Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(ref readonly uint first) => new(Vector256.LoadUnsafe(in first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint first) => words.StoreUnsafe(ref first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a.words + b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator ^(Lanes256 a, Lanes256 b) => new(a.words ^ b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RotateRight(Lanes256 value, [ConstantExpected] byte bits) =>
        new(Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value.words, bits) : value.words >>> bits | value.words << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a.words - b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) => new(Vector256.Min(a.words, b.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyEven(Lanes256 a, Lanes256 b) => new(Even(a.words, b.words).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Odd(Lanes256 value) => new((value.words.AsUInt64() >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Upper(Lanes256 even, Lanes256 odd) => new(Highs(even.words, odd.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddProducts(Lanes256 a, Lanes256 b)
    {
        // A word less p · 2^32, or itself, is below p · 2^32; the lower halves stay as they are.
        var p = Vector256.Create((ulong)Felt.Modulus << 32).AsUInt32();
        return new((Vector256.Min(a.words, a.words - p).AsUInt64() + Vector256.Min(b.words, b.words - p).AsUInt64()).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddModulo(Lanes256 a, Lanes256 b)
    {
        var sum = a.words + b.words;
        return new(Vector256.Min(sum, sum - Vector256.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SubtractModulo(Lanes256 a, Lanes256 b)
    {
        var difference = a.words - b.words;
        return new(Vector256.Min(difference, difference + Vector256.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Dot(Lanes256 a0, Lanes256 b0, Lanes256 a1, Lanes256 b1, Lanes256 a2, Lanes256 b2, Lanes256 a3, Lanes256 b3) =>
        new(((Even(a0.words, b0.words) + Even(a1.words, b1.words)) + (Even(a2.words, b2.words) + Even(a3.words, b3.words))).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Reduce(Lanes256 even, Lanes256 odd)
    {
        var (p, inverse) = (Vector256.Create(Felt.Modulus), Vector256.Create(Felt.InverseOfModulus));
        var (m, n) = (Even(Even(even.words, inverse).AsUInt32(), p).AsUInt32(), Even(Even(odd.words, inverse).AsUInt32(), p).AsUInt32());
        var high = Highs(even.words, odd.words);
        high = Vector256.Min(high, high - p) - Highs(m, n);
        return new(Vector256.Min(high, high + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Even(Vector256<uint> a, Vector256<uint> b) =>
        Avx2.IsSupported ? Avx2.Multiply(a, b) : (a.AsUInt64() & Vector256.Create(0xffff_fffful)) * (b.AsUInt64() & Vector256.Create(0xffff_fffful));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Highs(Vector256<uint> even, Vector256<uint> odd) =>
        Vector256.ConditionalSelect(Vector256.Create(0xffff_ffff_0000_0000ul).AsUInt32(), odd, (even.AsUInt64() >>> 32).AsUInt32());
}

/// <summary>4 words.</summary>
internal readonly struct Lanes128(Vector128<uint> words) : ILanes<Lanes128>
{
    private readonly Vector128<uint> words = words;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Of(uint word) => new(Vector128.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(ref readonly uint first) => new(Vector128.LoadUnsafe(in first));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref uint first) => words.StoreUnsafe(ref first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a.words + b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator ^(Lanes128 a, Lanes128 b) => new(a.words ^ b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 RotateRight(Lanes128 value, [ConstantExpected] byte bits) => new(value.words >>> bits | value.words << (32 - bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a.words - b.words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 a, Lanes128 b) => new(Vector128.Min(a.words, b.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyEven(Lanes128 a, Lanes128 b) => new(Even(a.words, b.words).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Odd(Lanes128 value) => new((value.words.AsUInt64() >>> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Upper(Lanes128 even, Lanes128 odd) => new(Highs(even.words, odd.words));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddProducts(Lanes128 a, Lanes128 b)
    {
        // A word less p · 2^32, or itself, is below p · 2^32; the lower halves stay as they are.
        var p = Vector128.Create((ulong)Felt.Modulus << 32).AsUInt32();
        return new((Vector128.Min(a.words, a.words - p).AsUInt64() + Vector128.Min(b.words, b.words - p).AsUInt64()).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddModulo(Lanes128 a, Lanes128 b)
    {
        var sum = a.words + b.words;
        return new(Vector128.Min(sum, sum - Vector128.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SubtractModulo(Lanes128 a, Lanes128 b)
    {
        var difference = a.words - b.words;
        return new(Vector128.Min(difference, difference + Vector128.Create(Felt.Modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Dot(Lanes128 a0, Lanes128 b0, Lanes128 a1, Lanes128 b1, Lanes128 a2, Lanes128 b2, Lanes128 a3, Lanes128 b3) =>
        new(((Even(a0.words, b0.words) + Even(a1.words, b1.words)) + (Even(a2.words, b2.words) + Even(a3.words, b3.words))).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Reduce(Lanes128 even, Lanes128 odd)
    {
        var (p, inverse) = (Vector128.Create(Felt.Modulus), Vector128.Create(Felt.InverseOfModulus));
        var (m, n) = (Even(Even(even.words, inverse).AsUInt32(), p).AsUInt32(), Even(Even(odd.words, inverse).AsUInt32(), p).AsUInt32());
        var high = Highs(even.words, odd.words);
        high = Vector128.Min(high, high - p) - Highs(m, n);
        return new(Vector128.Min(high, high + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Even(Vector128<uint> a, Vector128<uint> b) =>
        Sse2.IsSupported ? Sse2.Multiply(a, b) : (a.AsUInt64() & Vector128.Create(0xffff_fffful)) * (b.AsUInt64() & Vector128.Create(0xffff_fffful));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Highs(Vector128<uint> even, Vector128<uint> odd) =>
        Vector128.ConditionalSelect(Vector128.Create(0xffff_ffff_0000_0000ul).AsUInt32(), odd, (even.AsUInt64() >>> 32).AsUInt32());
}
