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
                    WeightType.Q8_0 or WeightType.Q4_0 => q[i] * part.D,
                    WeightType.Q6_K => q[i] * (part.D * part.ScaleOf(i)),
                    _ => ScalarMath.Fma(q[i], part.D * part.Scale, -(part.Minimum * part.MinimumScale)),
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
            int first = 0, second = 0, sum = 0;
            for (var i = 0; i < Block; i++)
            {
                var value = a[(block * Block) + i];
                sum += value;
                if (i < Block / 2)
                    first += q[i] * value;
                else
                    second += q[i] * value;
            }
            switch (type)
            {
                case WeightType.Q8_0 or WeightType.Q4_0:
                    acc = ScalarMath.Fma(first + second, part.D * e, acc);
                    break;
                case WeightType.Q6_K:
                    acc = ScalarMath.Fma((part.Scale * first) + (part.SecondScale * second), part.D * e, acc);
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

    /// <summary>The whole numbers of 32 columns, q - 8 of Q4_0 and q - 32 of Q6_K, and what goes with them.</summary>
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
                WeightType.Q4_K => Nibble(stored[16 + (j / 2 * 32) + i], j % 2 != 0),
                WeightType.Q5_K => Nibble(stored[48 + (j / 2 * 32) + i], j % 2 != 0) + (((stored[16 + i] >> j) & 1) << 4),
                WeightType.Q6_K => Nibble(stored[(j / 4 * 64) + (j % 2 * 32) + i], j % 4 >= 2) + (((stored[128 + (j / 4 * 32) + i] >> (2 * (j % 4))) & 3) << 4) - 32,
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no type of blocks"),
            };
        if (type == WeightType.Q6_K)
            return new(Half(stored, 208), (sbyte)stored[192 + (2 * j)], (sbyte)stored[192 + (2 * j) + 1], 0, 0);
        if (type is WeightType.Q8_0 or WeightType.Q4_0)
            return new(Half(stored, 0), 1, 1, 0, 0);
        // Twelve bytes hold eight scales and eight minima of 6 bits: four and four whole ones, whose top bits are those of the rest.
        var packed = stored.Slice(4, 12);
        var scale = j < 4 ? packed[j] & 63 : (packed[j + 4] & 15) | (packed[j - 4] >> 6 << 4);
        var minimum = j < 4 ? packed[j + 4] & 63 : (packed[j + 4] >> 4) | (packed[j] >> 6 << 4);
        return new(Half(stored, 0), scale, scale, Half(stored, 2), minimum);
    }

    private static int Nibble(byte value, bool high) => high ? value >> 4 : value & 15;

    private static float Half(ReadOnlySpan<byte> bytes, int at) => HalfFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]));

    /// <summary>What multiplies 32 whole numbers: d, s[j] (of the first and the second sixteen), dmin, m[j].</summary>
    internal readonly record struct BlockScales(float D, int Scale, int SecondScale, float Minimum, int MinimumScale)
    {
        public int ScaleOf(int i) => i < Block / 2 ? Scale : SecondScale;
    }
}
