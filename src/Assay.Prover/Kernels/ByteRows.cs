using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Assay.Proofs.Field;

namespace Assay.Prover.Kernels;

/// <summary>Rows of eight-bit weights, multiplied by elements of the extension and added up: Σ_r factors[r] · rows[r, k] of every k.</summary>
/// <remarks>
/// A coordinate of a factor is a signed number below 2^30, cut into h · 2^16 + l with both parts of sixteen bits; two rows at a time, each
/// part is multiplied and added up with 32 bits. So a weight costs a quarter of an instruction for each of eight parts.
/// </remarks>
internal static class ByteRows
{
    private const int Columns = 32, Parts = 2 * Felt4.Degree;

    // 2 · 128 · 128 · 2^15 is 2^30.
    private const int MostPairs = 128;

    /// <param name="rows">Row by row.</param>
    /// <param name="width">Of a row.</param>
    /// <returns>As many packed elements as a row has.</returns>
    public static uint[] Combine(Team team, Arrays arrays, sbyte[] rows, int width, ReadOnlySpan<Felt4> factors)
    {
        if (rows.Length < (long)width * factors.Length)
            throw new ArgumentException($"{rows.Length} weights in rows of {width}", nameof(rows));
        var sums = arrays.Take(Packed.WordsOf(width));
        Array.Clear(sums);
        if (width % Columns != 0 || !(Avx2.IsSupported && Widths.Bits >= 256))
        {
            Plain(rows, width, factors, sums);
            return sums;
        }
        // Of each pair of rows, and of each part, both rows' factors in one word.
        var pairs = (factors.Length + 1) / 2;
        var parts = new int[pairs * Parts];
        for (var r = 0; r < factors.Length; r++)
            for (var c = 0; c < Felt4.Degree; c++)
            {
                var form = Coordinate(factors[r], c).Form;
                var signed = form > Felt.Modulus / 2 ? (int)(form - Felt.Modulus) : (int)form;
                var low = (short)signed;
                var high = (signed - low) >> 16;
                var at = r / 2 * Parts + 2 * c;
                parts[at] |= (ushort)low << (r % 2 * 16);
                parts[at + 1] |= (ushort)high << (r % 2 * 16);
            }
        var count = factors.Length;
        team.Split(width / Columns, Math.Max(1, 16384 / (Columns * count)), (from, to) =>
        {
            for (var k = from * Columns; k < to * Columns; k += Columns)
            {
                if (Avx512BW.IsSupported && Widths.Bits == 512)
                    Block512(rows, width, count, k, parts, sums);
                else
                {
                    Block256(rows, width, count, k, parts, sums);
                    Block256(rows, width, count, k + 16, parts, sums);
                }
            }
        });
        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block512(sbyte[] rows, int width, int count, int k, int[] parts, uint[] sums)
    {
        Span<int> words = stackalloc int[2 * Parts * 16];
        for (var first = 0; first < count; first += 2 * MostPairs)
        {
            Vector512<int> a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
            Vector512<int> b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
            var last = Math.Min(count, first + 2 * MostPairs);
            for (var r = first; r < last; r += 2)
            {
                var x = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref rows[r * width + k]));
                var y = r + 1 < last ? Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref rows[(r + 1) * width + k])) : default;
                var (low, high) = (Avx512BW.UnpackLow(x, y), Avx512BW.UnpackHigh(x, y));
                ref var part = ref parts[r / 2 * Parts];
                var f = Vector512.Create(part).AsInt16();
                (a0, b0) = (a0 + Avx512BW.MultiplyAddAdjacent(low, f), b0 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 1)).AsInt16();
                (a1, b1) = (a1 + Avx512BW.MultiplyAddAdjacent(low, f), b1 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 2)).AsInt16();
                (a2, b2) = (a2 + Avx512BW.MultiplyAddAdjacent(low, f), b2 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 3)).AsInt16();
                (a3, b3) = (a3 + Avx512BW.MultiplyAddAdjacent(low, f), b3 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 4)).AsInt16();
                (a4, b4) = (a4 + Avx512BW.MultiplyAddAdjacent(low, f), b4 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 5)).AsInt16();
                (a5, b5) = (a5 + Avx512BW.MultiplyAddAdjacent(low, f), b5 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 6)).AsInt16();
                (a6, b6) = (a6 + Avx512BW.MultiplyAddAdjacent(low, f), b6 + Avx512BW.MultiplyAddAdjacent(high, f));
                f = Vector512.Create(Unsafe.Add(ref part, 7)).AsInt16();
                (a7, b7) = (a7 + Avx512BW.MultiplyAddAdjacent(low, f), b7 + Avx512BW.MultiplyAddAdjacent(high, f));
            }
            ref var to = ref words[0];
            a0.StoreUnsafe(ref to, 0);
            a1.StoreUnsafe(ref to, 16);
            a2.StoreUnsafe(ref to, 32);
            a3.StoreUnsafe(ref to, 48);
            a4.StoreUnsafe(ref to, 64);
            a5.StoreUnsafe(ref to, 80);
            a6.StoreUnsafe(ref to, 96);
            a7.StoreUnsafe(ref to, 112);
            b0.StoreUnsafe(ref to, 128);
            b1.StoreUnsafe(ref to, 144);
            b2.StoreUnsafe(ref to, 160);
            b3.StoreUnsafe(ref to, 176);
            b4.StoreUnsafe(ref to, 192);
            b5.StoreUnsafe(ref to, 208);
            b6.StoreUnsafe(ref to, 224);
            b7.StoreUnsafe(ref to, 240);
            Flush<Lanes512>(words, k, sums);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block256(sbyte[] rows, int width, int count, int k, int[] parts, uint[] sums)
    {
        Span<int> words = stackalloc int[2 * Parts * 8];
        Span<Vector256<int>> a = stackalloc Vector256<int>[2 * Parts];
        for (var first = 0; first < count; first += 2 * MostPairs)
        {
            a.Clear();
            var last = Math.Min(count, first + 2 * MostPairs);
            for (var r = first; r < last; r += 2)
            {
                var x = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref rows[r * width + k]));
                var y = r + 1 < last ? Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref rows[(r + 1) * width + k])) : default;
                var (low, high) = (Avx2.UnpackLow(x, y), Avx2.UnpackHigh(x, y));
                for (var part = 0; part < Parts; part++)
                {
                    var f = Vector256.Create(parts[r / 2 * Parts + part]).AsInt16();
                    a[part] += Avx2.MultiplyAddAdjacent(low, f);
                    a[Parts + part] += Avx2.MultiplyAddAdjacent(high, f);
                }
            }
            for (var i = 0; i < a.Length; i++)
                a[i].StoreUnsafe(ref words[8 * i]);
            Flush<Lanes256>(words, k, sums);
        }
    }

    // Unpacking takes four columns of each eight into the first words, four into the second. Sums are below p without their sign.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Flush<T>(ReadOnlySpan<int> words, int k, uint[] sums) where T : struct, ILanes<T>
    {
        Span<uint> joined = stackalloc uint[Packed.Group];
        var above = T.Of(Felt.From(1L << 16).Form);
        for (var half = 0; half < 2; half++)
            for (var c = 0; c < Felt4.Degree; c++)
            {
                var word = (half * Parts + 2 * c) * T.Count;
                FieldLanes.Add(IntColumns.Residue<T>(in words[word]), FieldLanes.Multiply(IntColumns.Residue<T>(in words[word + T.Count]), above)).Store(ref joined[0]);
                for (var i = 0; i < T.Count; i += 4)
                {
                    var column = k + 2 * i + half * 4;
                    ref var sum = ref sums[column / Packed.Group * Packed.Words + column % Packed.Group + c * Packed.Group];
                    FieldLanes.Add(Lanes128.Load(in sum), Lanes128.Load(in joined[i])).Store(ref sum);
                }
            }
    }

    private static void Plain(sbyte[] rows, int width, ReadOnlySpan<Felt4> factors, uint[] sums)
    {
        for (var k = 0; k < width; k++)
        {
            var sum = Felt4.Zero;
            for (var r = 0; r < factors.Length; r++)
                sum += factors[r] * Felt.From((long)rows[r * width + k]);
            Packed.Set(sums, k, sum);
        }
    }

    private static Felt Coordinate(Felt4 value, int c) => c switch { 0 => value.C0, 1 => value.C1, 2 => value.C2, _ => value.C3 };
}
