using System.Buffers.Binary;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>Random weights of any type: any bits in the whole numbers, scales so that a row's numbers are about one in sum of squares.</summary>
internal static class TinyWeights
{
    /// <summary>Rows of random numbers as they are stored.</summary>
    public static byte[] Rows(WeightType type, long rows, int columns, Noise noise)
    {
        var bytes = new byte[rows * type.RowBytes(columns)];
        var size = MathF.Sqrt(3f / columns);
        for (var at = 0; at < bytes.Length; at += type.BlockBytes)
            Block(type, bytes.AsSpan(at, type.BlockBytes), size, noise);
        return bytes;
    }

    /// <summary>Numbers near 1, such as the scale of a norm has.</summary>
    public static byte[] Scale(int length, Noise noise, float spread = 0.25f)
    {
        var bytes = new byte[length * 4];
        for (var i = 0; i < length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), 1 + spread * noise.Float());
        return bytes;
    }

    private static void Block(WeightType type, Span<byte> block, float size, Noise noise)
    {
        if (type is WeightType.F32 or WeightType.F16 or WeightType.BF16)
        {
            var value = size * noise.Float();
            if (type == WeightType.F32)
                BinaryPrimitives.WriteSingleLittleEndian(block, value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(block, type == WeightType.F16 ? HalfFloat.FromSingle(value) : BrainFloat.FromSingle(value));
            return;
        }
        for (var i = 0; i < block.Length; i++)
            block[i] = (byte)noise.Next();
        switch (type)
        {
            case WeightType.Q8_0: Half(block, size / 128, noise); break;
            case WeightType.Q4_0: Half(block, size / 8, noise); break;
            case WeightType.Q5_0: Half(block, size / 16, noise); break;
            case WeightType.Q4_1:
                Half(block, size / 7.5f, noise);
                Half(block[2..], -size, noise);
                break;
            case WeightType.Q5_1:
                Half(block, size / 15.5f, noise);
                Half(block[2..], -size, noise);
                break;
            case WeightType.Q2_K:
                // q up to 3 times a scale up to 15, less a minimum up to 15: the latter's scale is 1.5 times the former's.
                Half(block[80..], size / (1.5f * 10), noise);
                Half(block[82..], size / 10, noise);
                break;
            case WeightType.Q3_K: Half(block[108..], size / (3 * 18), noise); break;
            case WeightType.Q4_K:
                // q up to 15 times a scale up to 63, less a minimum up to 63 times its own scale: centred where the latter is 7.5 times the former.
                Half(block, size / (7.5f * 40), noise);
                Half(block[2..], size / 40, noise);
                break;
            case WeightType.Q5_K:
                Half(block, size / (15.5f * 40), noise);
                Half(block[2..], size / 40, noise);
                break;
            case WeightType.Q6_K: Half(block[208..], size / (32 * 80), noise); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "unknown type");
        }
    }

    private static void Half(Span<byte> at, float scale, Noise noise) =>
        BinaryPrimitives.WriteUInt16LittleEndian(at, HalfFloat.FromSingle(scale * (1 + 0.5f * noise.Float())));
}
