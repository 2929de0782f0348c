using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Formats;

/// <summary>The coded blocks of a JPEG scan, decoded into the components' samples (ITU-T T.81, annex F.2).</summary>
internal sealed class JpegScan(byte[] bytes, JpegTables tables, int restart)
{
    private static ReadOnlySpan<byte> Zigzag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private readonly int[] block = new int[64];
    private int at, bits, held;

    public void Read(Jpeg.Component[] frame, int width, int height)
    {
        int across = (width + 8 * frame[0].Across - 1) / (8 * frame[0].Across), down = (height + 8 * frame[0].Down - 1) / (8 * frame[0].Down);
        var previous = new int[frame.Length];
        for (var unit = 0; unit < across * down; unit++)
        {
            Interrupt.Check();
            if (restart > 0 && unit > 0 && unit % restart == 0)
            {
                Restart((unit / restart - 1) % 8);
                Array.Clear(previous);
            }
            for (var c = 0; c < frame.Length; c++)
                for (var v = 0; v < frame[c].Down; v++)
                    for (var h = 0; h < frame[c].Across; h++)
                    {
                        Block(frame[c], ref previous[c]);
                        int row = (unit / across * frame[c].Down + v) * 8, column = (unit % across * frame[c].Across + h) * 8;
                        JpegTransform.Inverse(block, frame[c].Samples, row * frame[c].Pitch + column, frame[c].Pitch);
                    }
        }
    }

    private void Block(Jpeg.Component component, ref int previous)
    {
        Array.Clear(block);
        var steps = tables.Steps(component.Steps);
        var size = Symbol(tables.Code(false, component.Dc));
        if (size > 11)
            throw new ModelException($"JPEG: a difference of {size} bits");
        previous += Number(size);
        block[0] = unchecked(previous * steps[0]);
        var codes = tables.Code(true, component.Ac);
        for (var k = 1; k < 64; k++)
        {
            var symbol = Symbol(codes);
            if (symbol == 0)
                return;
            k += symbol >> 4;
            size = symbol & 15;
            if (size == 0 && symbol != 0xF0 || size > 10 || k > 63)
                throw new ModelException("JPEG: a coefficient's code is damaged");
            if (size > 0)
                block[Zigzag[k]] = Number(size) * steps[k];
        }
    }

    private int Symbol(JpegTables.Codes codes)
    {
        var code = 0;
        for (var length = 1; length <= 16; length++)
        {
            code = code << 1 | Bit();
            if (codes.Find(code, length) is >= 0 and var value)
                return value;
        }
        throw new ModelException("JPEG: a code that no table has");
    }

    /// <summary>A number of so many bits; where the first is 0 it is negative.</summary>
    private int Number(int size)
    {
        var value = 0;
        for (var i = 0; i < size; i++)
            value = value << 1 | Bit();
        return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }

    private int Bit()
    {
        if (bits == 0)
        {
            // After FF there stands 00, or a marker, which ends the bits.
            if (at >= bytes.Length || bytes[at] == 0xFF && (at + 1 >= bytes.Length || bytes[at + 1] != 0))
                throw new ModelException("JPEG: truncated");
            held = bytes[at];
            at += held == 0xFF ? 2 : 1;
            bits = 8;
        }
        return held >> --bits & 1;
    }

    private void Restart(int number)
    {
        bits = 0;
        if (bytes.Length - at < 2 || bytes[at] != 0xFF || bytes[at + 1] != 0xD0 + number)
            throw new ModelException($"JPEG: restart marker {number} is missing");
        at += 2;
    }
}
