using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Assay.Bench;

/// <summary>
/// Made-up weights in the blocks of a weight type: evenly spread about 0, with a spread of one over the square root of the columns, so that
/// products neither grow nor vanish. The layouts of blocks are those of docs/spec/assay-llm-v1.md, section 1.
/// </summary>
internal static class SyntheticWeights
{
    // Of 7 bits with sign, of 4 bits about 7.5, and of 8 bits about 127.5: the root of (n^2 - 1) / 12.
    private const double Spread7 = 36.95, Spread4 = 4.61, Spread8 = 73.9;

    /// <summary>Fills whole blocks; the same bytes for the same seed.</summary>
    public static void Fill(Span<byte> data, WeightType type, int columns, ref ulong seed)
    {
        var scale = 1 / Math.Sqrt(columns);
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(data))
            word = Next(ref seed);
        foreach (ref var last in data[(data.Length & ~7)..])
            last = (byte)Next(ref seed);
        switch (type)
        {
            case WeightType.F16:
                var halves = new ushort[256];
                for (var i = 0; i < halves.Length; i++)
                    halves[i] = BitConverter.HalfToUInt16Bits((Half)((i - 127.5) / Spread8 * scale));
                foreach (ref var number in MemoryMarshal.Cast<byte, ushort>(data))
                    number = halves[number & 255];
                break;
            case WeightType.Q8_0:
                // 7 bits, the sign twice: no quantiser makes -128.
                foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(data))
                    word = word & 0x7F7F_7F7F_7F7F_7F7F | (word & 0x4040_4040_4040_4040) << 1;
                foreach (ref var last in data[(data.Length & ~7)..])
                    last = (byte)(last & 0x3F);
                Scales(data, type, scale / Spread7, ref seed);
                break;
            case WeightType.Q4_0:
                Scales(data, type, scale / Spread4, ref seed);
                break;
            case WeightType.Q4_K:
                // Every sub-block has scale 48 and minimum 48: d times 48 times a number from 0 to 15, less 7.5 times as much.
                for (var at = 0; at < data.Length; at += type.BlockBytes)
                {
                    Write(data[at..], scale / Spread4 / 48);
                    Write(data[(at + 2)..], scale / Spread4 / 48 * 7.5);
                    data.Slice(at + 4, 8).Fill(0xF0);
                    data.Slice(at + 12, 4).Clear();
                }
                break;
            default:
                throw new BenchException($"no weights are made up in the type {type}");
        }
    }

    // The numbers are half a step below 0 on average, which would add up over a row: so half of the blocks count the other way round.
    private static void Scales(Span<byte> data, WeightType type, double scale, ref ulong seed)
    {
        for (var at = 0; at < data.Length; at += type.BlockBytes)
            Write(data[at..], (Next(ref seed) & 1) == 0 ? scale : -scale);
    }

    private static void Write(Span<byte> at, double scale) => BinaryPrimitives.WriteHalfLittleEndian(at, (Half)scale);

    // SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    private static ulong Next(ref ulong seed)
    {
        var z = seed += 0x9E37_79B9_7F4A_7C15;
        z = (z ^ z >> 30) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ z >> 27) * 0x94D0_49BB_1331_11EB;
        return z ^ z >> 31;
    }
}
