using System.Buffers.Binary;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics.Language;

/// <summary>Rows of weights as files hold them, made by a counter.</summary>
internal static class StoredRows
{
    public static readonly WeightType[] Types = Enum.GetValues<WeightType>();

    public static readonly WeightType[] Quantized = [.. Types.Where(type => type.IsQuantized)];

    /// <summary>Every bit pattern that blocks can hold, with scales of a moderate size, or <paramref name="hostile"/> ones: any float16, so also NaN, infinity and subnormals.</summary>
    public static byte[] Make(WeightType type, int rows, int columns, ulong seed, bool hostile = false)
    {
        var data = new byte[rows * type.RowBytes(columns)];
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)Sample.Hash((seed << 32) + (ulong)i);
        for (var at = 0; at < data.Length && !hostile; at += type.BlockBytes)
            foreach (var (place, size) in ScalesOf(type))
                if (size == 4)
                    BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(at + place), Sample.Unit((seed << 32) + (ulong)at));
                else if (type == WeightType.BF16)
                    BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at + place), BrainFloat.FromSingle(Sample.Unit((seed << 32) + (ulong)at)));
                else
                    BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at + place), HalfFloat.FromSingle(Sample.Unit((seed << 32) + (ulong)(at + place))));
        return data;
    }

    /// <summary>Activations of a moderate size; hostile ones have a block of zeros, of subnormals, of great numbers, and one NaN and one infinity each.</summary>
    public static float[] Activations(int columns, ulong seed, bool hostile = false)
    {
        var x = Sample.Units(columns, seed);
        for (var i = 0; i < columns && hostile; i++)
            x[i] = (i / 32 % 7) switch
            {
                0 => 0,
                1 => x[i] * 1e-40f,
                2 => x[i] * 3e38f,
                3 => i % 32 == 5 ? float.NaN : x[i],
                4 => i % 32 == 31 ? float.NegativeInfinity : x[i],
                5 => x[i] * 7.9e-31f,
                _ => i % 32 == 0 ? -1 : x[i] / 100,
            };
        return x;
    }

    /// <summary>Whether a byte of a block belongs to a scale, rather than to the whole numbers.</summary>
    public static bool IsScale(WeightType type, int at) => type switch
    {
        WeightType.Q6_K => at >= 192,
        WeightType.Q3_K => at >= 96,
        WeightType.Q2_K => at is < 16 or >= 80,
        WeightType.Q4_1 or WeightType.Q5_1 => at < 4,
        WeightType.Q4_K or WeightType.Q5_K => at < 16,
        _ => at < 2,
    };

    private static (int Place, int Size)[] ScalesOf(WeightType type) => type switch
    {
        WeightType.F32 => [(0, 4)],
        WeightType.Q6_K => [(208, 2)],
        WeightType.Q3_K => [(108, 2)],
        WeightType.Q2_K => [(80, 2), (82, 2)],
        WeightType.Q4_1 or WeightType.Q5_1 or WeightType.Q4_K or WeightType.Q5_K => [(0, 2), (2, 2)],
        _ => [(0, 2)],
    };
}
