using System.Buffers.Binary;

namespace Assay.Engine.Models.Formats;

/// <summary>The tables that a JPEG file defines: quantisation steps and Huffman codes (ITU-T T.81, B.2.4).</summary>
internal sealed class JpegTables
{
    private readonly int[]?[] steps = new int[4][];
    private readonly Codes?[] codes = new Codes[8];

    /// <summary>Steps of the 64 coefficients, in zigzag order.</summary>
    public int[] Steps(int i) => i < 4 && steps[i] is { } table ? table : throw new ModelException("JPEG: a quantisation table is missing");

    public Codes Code(bool isAc, int i) => i < 4 && codes[(isAc ? 4 : 0) + i] is { } table ? table : throw new ModelException("JPEG: a Huffman table is missing");

    public void AddSteps(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            int wide = segment[0] >> 4, to = segment[0] & 15, size = wide == 0 ? 1 : 2;
            if (wide > 1 || to > 3 || segment.Length < 1 + 64 * size)
                throw new ModelException("JPEG: a quantisation table is damaged");
            var table = steps[to] = new int[64];
            for (var i = 0; i < 64; i++)
                table[i] = wide == 0 ? segment[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + 2 * i)..]);
            segment = segment[(1 + 64 * size)..];
        }
    }

    public void AddCodes(ReadOnlySpan<byte> segment)
    {
        while (!segment.IsEmpty)
        {
            if (segment.Length < 17 || segment[0] >> 4 > 1 || (segment[0] & 15) > 3)
                throw new ModelException("JPEG: a Huffman table is damaged");
            var count = 0;
            for (var i = 1; i <= 16; i++)
                count += segment[i];
            if (count > 256 || segment.Length < 17 + count)
                throw new ModelException("JPEG: a Huffman table is damaged");
            codes[(segment[0] >> 4) * 4 + (segment[0] & 15)] = new Codes(segment.Slice(1, 16), segment.Slice(17, count));
            segment = segment[(17 + count)..];
        }
    }

    /// <summary>Codes by length: ascending numbers, each length's after the shorter ones' (T.81, annex C).</summary>
    internal sealed class Codes
    {
        private readonly int[] first = new int[17], last = new int[17], offset = new int[17];
        private readonly byte[] values;

        public Codes(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> values)
        {
            this.values = values.ToArray();
            int code = 0, at = 0;
            for (var length = 1; length <= 16; length++)
            {
                (first[length], last[length], offset[length]) = (code, code + counts[length - 1] - 1, at);
                code += counts[length - 1];
                at += counts[length - 1];
                if (code > 1 << length)
                    throw new ModelException("JPEG: a Huffman table has more codes than bits");
                code <<= 1;
            }
        }

        /// <summary>The value of a code of that many bits, or -1 where it goes on.</summary>
        public int Find(int code, int length) => code <= last[length] && code >= first[length] ? values[offset[length] + code - first[length]] : -1;
    }
}
