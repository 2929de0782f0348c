using System.Buffers.Binary;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Section 1 of assay-llm-v1 word by word, one number at a time: a row of weights as numbers, a row of activations beside quantised
/// weights, the product of two rows. What every kernel of this folder equals bit for bit.
/// </summary>
internal static class QuantizedRows
{
    /// <summary>Columns whose activations share one scale, and of which each step of a product is made.</summary>
    public const int Block = 32;

    /// <summary>1.1: the numbers of one stored row.</summary>
    public static void Widen(WeightType type, ReadOnlySpan<byte> row, Span<float> y)
    {
        Span<int> q = stackalloc int[Block];
        for (var c = 0; c < y.Length && !type.IsQuantized; c++)
            y[c] = Number(type, row, c);
        for (var block = 0; block < y.Length / Block && type.IsQuantized; block++)
        {
            var part = BlockOf(type, row, block, q);
            for (var i = 0; i < Block; i++)
                y[(block * Block) + i] = ScalarMath.Canonical(type switch
                {
                    WeightType.Q8_0 or WeightType.Q4_0 or WeightType.Q5_0 => q[i] * part.D,
                    WeightType.Q3_K or WeightType.Q6_K => q[i] * (part.D * part.ScaleOf(i)),
                    _ => ScalarMath.Fma(q[i], part.D * part.ScaleOf(i), -(part.Minimum * part.MinimumScaleOf(i))),
                });
        }
    }

    /// <summary>1.2: the activations <paramref name="x"/> as whole numbers <paramref name="a"/> and a scale for each 32 of them.</summary>
    public static void Quantize(ReadOnlySpan<float> x, Span<sbyte> a, Span<float> scales)
    {
        for (var block = 0; block < x.Length / Block; block++)
        {
            var part = x.Slice(block * Block, Block);
            var whole = a.Slice(block * Block, Block);
            var (m, isFinite) = (0f, true);
            foreach (var value in part)
                (m, isFinite) = (MathF.Max(m, MathF.Abs(value)), isFinite && float.IsFinite(value));
            whole.Clear();
            // 2^-100: below it 127 / m would leave the range of float32 sooner or later.
            scales[block] = !isFinite ? ScalarMath.Canonical(float.NaN) : m < 7.88860905e-31f ? 0 : m / 127;
            for (var i = 0; i < Block && isFinite && m >= 7.88860905e-31f; i++)
                whole[i] = (sbyte)ScalarMath.Round(part[i] * (127 / m));
        }
    }

    /// <summary>1.3 with weights that are not quantised: the chain over the columns.</summary>
    public static float Product(WeightType type, ReadOnlySpan<byte> row, ReadOnlySpan<float> x)
    {
        var acc = 0f;
        for (var c = 0; c < x.Length; c++)
            acc = ScalarMath.Fma(Number(type, row, c), x[c], acc);
        return ScalarMath.Canonical(acc);
    }

    /// <summary>1.3 with quantised weights, the activations being those that <see cref="Quantize"/> made.</summary>
    public static float Product(WeightType type, ReadOnlySpan<byte> row, ReadOnlySpan<sbyte> a, ReadOnlySpan<float> scales)
    {
        Span<int> q = stackalloc int[Block];
        var acc = 0f;
        for (var block = 0; block < scales.Length; block++)
        {
            var part = BlockOf(type, row, block, q);
            var e = scales[block];
            int first = 0, second = 0, sum = 0, firstSum = 0;
            for (var i = 0; i < Block; i++)
            {
                var value = a[(block * Block) + i];
                sum += value;
                if (i < Block / 2)
                    (first, firstSum) = (first + (q[i] * value), sum);
                else
                    second += q[i] * value;
            }
            switch (type)
            {
                case WeightType.Q8_0 or WeightType.Q4_0 or WeightType.Q5_0:
                    acc = ScalarMath.Fma(first + second, part.D * e, acc);
                    break;
                case WeightType.Q3_K or WeightType.Q6_K:
                    acc = ScalarMath.Fma((part.Scale * first) + (part.SecondScale * second), part.D * e, acc);
                    break;
                case WeightType.Q2_K:
                    acc = ScalarMath.Fma((part.Scale * first) + (part.SecondScale * second), part.D * e, acc);
                    acc = ScalarMath.Fma(-((part.MinimumScale * firstSum) + (part.SecondMinimumScale * (sum - firstSum))), part.Minimum * e, acc);
                    break;
                default:
                    acc = ScalarMath.Fma(first + second, part.D * part.Scale * e, acc);
                    acc = ScalarMath.Fma(-(part.Minimum * part.MinimumScale), sum * e, acc);
                    break;
            }
        }
        return ScalarMath.Canonical(acc);
    }

    /// <summary>1.3: y[r] of all rows, then + bias[r] where there is a bias.</summary>
    /// <param name="data">The rows one after the other, as stored; as many as <paramref name="y"/> is long.</param>
    public static void Product(WeightType type, ReadOnlySpan<byte> data, ReadOnlySpan<float> x, ReadOnlySpan<float> bias, Span<float> y)
    {
        var bytes = (int)type.RowBytes(x.Length);
        var a = new sbyte[x.Length];
        var scales = new float[x.Length / Block];
        if (type.IsQuantized)
            Quantize(x, a, scales);
        for (var r = 0; r < y.Length; r++)
        {
            var row = data.Slice(r * bytes, bytes);
            y[r] = type.IsQuantized ? Product(type, row, a, scales) : Product(type, row, x);
            if (!bias.IsEmpty)
                y[r] = ScalarMath.Canonical(y[r] + bias[r]);
        }
    }

    private static float Number(WeightType type, ReadOnlySpan<byte> row, int c) => type switch
    {
        WeightType.F32 => ScalarMath.Canonical(BinaryPrimitives.ReadSingleLittleEndian(row[(4 * c)..])),
        WeightType.F16 => HalfFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * c)..])),
        WeightType.BF16 => BrainFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * c)..])),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no type of single numbers"),
    };

    /// <summary>The whole numbers of 32 columns, q - 8 of Q4_0, q - 16 of Q5_0, q - 4 of Q3_K and q - 32 of Q6_K, and what goes with them.</summary>
    internal static BlockScales BlockOf(WeightType type, ReadOnlySpan<byte> row, int block, Span<int> q)
    {
        var (blocks, size) = (type.BlockSize / Block, type.BlockBytes);
        var stored = row.Slice(block / blocks * size, size);
        var j = block % blocks;
        for (var i = 0; i < Block; i++)
            q[i] = type switch
            {
                WeightType.Q8_0 => (sbyte)stored[2 + i],
                WeightType.Q4_0 => Nibble(stored[2 + (i % 16)], i >= 16) - 8,
                WeightType.Q4_1 => Nibble(stored[4 + (i % 16)], i >= 16),
                WeightType.Q5_0 => Nibble(stored[6 + (i % 16)], i >= 16) + (Bit(stored, 2, i) << 4) - 16,
                WeightType.Q5_1 => Nibble(stored[8 + (i % 16)], i >= 16) + (Bit(stored, 4, i) << 4),
                WeightType.Q2_K => Pair(stored[16 + (j / 4 * 32) + i], j % 4),
                WeightType.Q3_K => Pair(stored[32 + (j / 4 * 32) + i], j % 4) + (((stored[i] >> j) & 1) << 2) - 4,
                WeightType.Q4_K => Nibble(stored[16 + (j / 2 * 32) + i], j % 2 != 0),
                WeightType.Q5_K => Nibble(stored[48 + (j / 2 * 32) + i], j % 2 != 0) + (((stored[16 + i] >> j) & 1) << 4),
                WeightType.Q6_K => Nibble(stored[(j / 4 * 64) + (j % 2 * 32) + i], j % 4 >= 2) + (Pair(stored[128 + (j / 4 * 32) + i], j % 4) << 4) - 32,
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no type of blocks"),
            };
        if (type == WeightType.Q6_K)
            return new(Half(stored, 208), (sbyte)stored[192 + (2 * j)], (sbyte)stored[192 + (2 * j) + 1]);
        if (type == WeightType.Q3_K)
            return new(Half(stored, 108), ScaleOfQ3_K(stored.Slice(96, 12), 2 * j), ScaleOfQ3_K(stored.Slice(96, 12), (2 * j) + 1));
        if (type == WeightType.Q2_K)
            return new(Half(stored, 80), stored[2 * j] & 15, stored[(2 * j) + 1] & 15, Half(stored, 82), stored[2 * j] >> 4, stored[(2 * j) + 1] >> 4);
        // What K-quants take off is added here.
        if (type is WeightType.Q4_1 or WeightType.Q5_1)
            return new(Half(stored, 0), 1, 1, -Half(stored, 2), 1, 1);
        if (type is WeightType.Q8_0 or WeightType.Q4_0 or WeightType.Q5_0)
            return new(Half(stored, 0), 1, 1);
        // Twelve bytes hold eight scales and eight minima of 6 bits: four and four whole ones, whose top bits are those of the rest.
        var packed = stored.Slice(4, 12);
        var scale = j < 4 ? packed[j] & 63 : (packed[j + 4] & 15) | (packed[j - 4] >> 6 << 4);
        var minimum = j < 4 ? packed[j + 4] & 63 : (packed[j + 4] >> 4) | (packed[j] >> 6 << 4);
        return new(Half(stored, 0), scale, scale, Half(stored, 2), minimum, minimum);
    }

    /// <summary>Scale j of sixteen in twelve bytes: low halves of eight bytes, then their high halves, are the low four bits; four bytes hold two high bits each of j, j + 4, j + 8, j + 12. 32 less than that.</summary>
    internal static int ScaleOfQ3_K(ReadOnlySpan<byte> packed, int j) => (Nibble(packed[j % 8], j >= 8) | (Pair(packed[8 + (j % 4)], j / 4) << 4)) - 32;

    private static int Pair(byte value, int at) => (value >> (2 * at)) & 3;

    private static int Nibble(byte value, bool high) => high ? value >> 4 : value & 15;

    /// <summary>Bit <paramref name="i"/> of the bits that begin at a byte, the lowest first.</summary>
    private static int Bit(ReadOnlySpan<byte> bytes, int at, int i) => (bytes[at + (i / 8)] >> (i % 8)) & 1;

    private static float Half(ReadOnlySpan<byte> bytes, int at) => HalfFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]));

    /// <summary>What multiplies 32 whole numbers: d, s[j], dmin, m[j]; s and m of the first and the second sixteen.</summary>
    internal readonly record struct BlockScales(float D, int Scale, int SecondScale, float Minimum = 0, int MinimumScale = 0, int SecondMinimumScale = 0)
    {
        public int ScaleOf(int i) => i < Block / 2 ? Scale : SecondScale;

        public int MinimumScaleOf(int i) => i < Block / 2 ? MinimumScale : SecondMinimumScale;
    }
}
