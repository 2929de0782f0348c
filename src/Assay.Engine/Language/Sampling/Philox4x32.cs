using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Language.Sampling;

/// <summary>
/// Philox4x32-10 of J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel Random Numbers: As Easy as 1, 2, 3 (SC 2011): a function of a counter of four
/// words and a key of two, without state.
/// </summary>
internal static class Philox4x32
{
    private const int Rounds = 10;
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The four words at a counter.</summary>
    public static (uint R0, uint R1, uint R2, uint R3) At((uint C0, uint C1, uint C2, uint C3) counter, uint k0, uint k1)
    {
        var (c0, c1, c2, c3) = counter;
        for (var round = 0; round < Rounds; round++)
        {
            ulong a = (ulong)M0 * c0, b = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(b >> 32) ^ c1 ^ k0, (uint)b, (uint)(a >> 32) ^ c3 ^ k1, (uint)a);
            (k0, k1) = (k0 + W0, k1 + W1);
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>The first word for each of 16 first words of the counter, eight at a time; needs AVX-512 F.</summary>
    public static void First16(ReadOnlySpan<int> ids, in NoiseKey key, Span<uint> words)
    {
        for (var half = 0; half < 16; half += 8)
        {
            var c0 = Avx512F.ConvertToVector512UInt64(Vector256.Create(ids.Slice(half, 8)).AsUInt32());
            Vector512<ulong> c1 = Vector512.Create((ulong)key.W1), c2 = Vector512.Create((ulong)key.W2), c3 = Vector512.Create((ulong)key.W3);
            var (k0, k1) = (key.K0, key.K1);
            for (var round = 0; round < Rounds; round++)
            {
                // A product reads the low half of each element only, so what lies above it may be anything.
                var a = Avx512F.Multiply(c0.AsUInt32(), Vector512.Create((ulong)M0).AsUInt32());
                var b = Avx512F.Multiply(c2.AsUInt32(), Vector512.Create((ulong)M1).AsUInt32());
                (c0, c1, c2, c3) = ((b >>> 32) ^ c1 ^ Vector512.Create((ulong)k0), b, (a >>> 32) ^ c3 ^ Vector512.Create((ulong)k1), a);
                (k0, k1) = (k0 + W0, k1 + W1);
            }
            Avx512F.ConvertToVector256UInt32(c0).CopyTo(words[half..]);
        }
    }

    /// <summary>The same, four at a time; needs AVX2.</summary>
    public static void First16OfFours(ReadOnlySpan<int> ids, in NoiseKey key, Span<uint> words)
    {
        for (var part = 0; part < 16; part += 4)
        {
            var c0 = Avx2.ConvertToVector256Int64(Vector128.Create(ids.Slice(part, 4)).AsUInt32()).AsUInt64();
            Vector256<ulong> c1 = Vector256.Create((ulong)key.W1), c2 = Vector256.Create((ulong)key.W2), c3 = Vector256.Create((ulong)key.W3);
            var (k0, k1) = (key.K0, key.K1);
            for (var round = 0; round < Rounds; round++)
            {
                var a = Avx2.Multiply(c0.AsUInt32(), Vector256.Create((ulong)M0).AsUInt32());
                var b = Avx2.Multiply(c2.AsUInt32(), Vector256.Create((ulong)M1).AsUInt32());
                (c0, c1, c2, c3) = ((b >>> 32) ^ c1 ^ Vector256.Create((ulong)k0), b, (a >>> 32) ^ c3 ^ Vector256.Create((ulong)k1), a);
                (k0, k1) = (k0 + W0, k1 + W1);
            }
            for (var i = 0; i < 4; i++)
                words[part + i] = (uint)c0[i];
        }
    }

    /// <summary>The same, one at a time.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void First16OfOnes(ReadOnlySpan<int> ids, in NoiseKey key, Span<uint> words)
    {
        for (var i = 0; i < 16; i++)
            words[i] = key.Word(ids[i]);
    }
}
