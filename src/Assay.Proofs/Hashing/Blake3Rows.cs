using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Proofs.Hashing;

/// <summary><see cref="Blake3.Compress"/> with four words side by side: the state's rows are vectors, and its diagonals are made columns by turning three of them.</summary>
/// <remarks>The message's words are shuffled from round to round as in BLAKE3's own code for SSE 4.1, whose four vectors are those of a round in the order of their use.</remarks>
internal static class Blake3Rows
{
    public static bool IsSupported => Sse41.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(ReadOnlySpan<uint> cv, ReadOnlySpan<uint> block, ulong counter, uint length, uint flags, Span<uint> state)
    {
        var (first, second) = (Vector128.Create(cv), Vector128.Create(cv[4..]));
        var (a, b) = (first, second);
        var c = Vector128.Create(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a);
        var d = Vector128.Create((uint)counter, (uint)(counter >> 32), length, flags);
        var (m0, m1, m2, m3) = (Vector128.Create(block), Vector128.Create(block[4..]), Vector128.Create(block[8..]), Vector128.Create(block[12..]));
        var (t0, t1) = (Picked(m0, m1, 0b10_00_10_00), Picked(m0, m1, 0b11_01_11_01));
        var (t2, t3) = (Sse2.Shuffle(Picked(m2, m3, 0b10_00_10_00), 0b10_01_00_11), Sse2.Shuffle(Picked(m2, m3, 0b11_01_11_01), 0b10_01_00_11));
        for (var round = 0; ; round++)
        {
            Half(ref a, ref b, ref c, ref d, t0, t1);
            (a, c, d) = (Sse2.Shuffle(a, 0b10_01_00_11), Sse2.Shuffle(c, 0b00_11_10_01), Sse2.Shuffle(d, 0b01_00_11_10));
            Half(ref a, ref b, ref c, ref d, t2, t3);
            (a, c, d) = (Sse2.Shuffle(a, 0b00_11_10_01), Sse2.Shuffle(c, 0b10_01_00_11), Sse2.Shuffle(d, 0b01_00_11_10));
            if (round == 6)
                break;
            (m0, m1, m2, m3) = (t0, t1, t2, t3);
            t0 = Sse2.Shuffle(Picked(m0, m1, 0b11_01_01_10), 0b00_11_10_01);
            t1 = Blended(Sse2.Shuffle(m0, 0b00_00_11_11), Picked(m2, m3, 0b11_11_10_10), 0b1100_1100);
            t2 = Sse2.Shuffle(Blended(Sse2.UnpackLow(m3.AsUInt64(), m1.AsUInt64()).AsUInt32(), m2, 0b1100_0000), 0b01_11_10_00);
            t3 = Sse2.Shuffle(Sse2.UnpackLow(m2, Sse2.UnpackHigh(m1, m3)), 0b00_01_11_10);
        }
        (a ^ c).CopyTo(state);
        (b ^ d).CopyTo(state[4..]);
        (c ^ first).CopyTo(state[8..]);
        (d ^ second).CopyTo(state[12..]);
    }

    // A round's quarters on four columns at once.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d, Vector128<uint> x, Vector128<uint> y)
    {
        a = a + b + x;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a = a + b + y;
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight(Vector128<uint> value, [System.Diagnostics.CodeAnalysis.ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(value, bits) : value >>> bits | value << (32 - bits);

    // Two words of each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Picked(Vector128<uint> low, Vector128<uint> high, [System.Diagnostics.CodeAnalysis.ConstantExpected] byte which) =>
        Sse.Shuffle(low.AsSingle(), high.AsSingle(), which).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Blended(Vector128<uint> a, Vector128<uint> b, [System.Diagnostics.CodeAnalysis.ConstantExpected] byte which) =>
        Sse41.Blend(a.AsUInt16(), b.AsUInt16(), which).AsUInt32();
}
