namespace Assay.Engine.Models.Formats;

/// <summary>
/// The inverse cosine transform of 8 by 8 coefficients in whole numbers: 13-bit constants, columns to two bits behind the point, then rows.
/// </summary>
/// <remarks>Source: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989.</remarks>
internal static class JpegTransform
{
    /// <summary>Samples from 0 to 255, at <paramref name="at"/> and on, rows <paramref name="pitch"/> apart.</summary>
    public static void Inverse(int[] block, byte[] samples, int at, int pitch)
    {
        Span<int> line = stackalloc int[8];
        for (var column = 0; column < 8; column++)
        {
            for (var i = 0; i < 8; i++)
                line[i] = block[column + 8 * i];
            One(line, 11);
            for (var i = 0; i < 8; i++)
                block[column + 8 * i] = line[i];
        }
        for (var row = 0; row < 8; row++)
        {
            block.AsSpan(8 * row, 8).CopyTo(line);
            One(line, 18);
            for (var i = 0; i < 8; i++)
                samples[at + row * pitch + i] = (byte)Math.Clamp(line[i] + 128, 0, 255);
        }
    }

    /// <summary>One line, divided by 2^<paramref name="shift"/> to the nearest. Damaged files may wrap; the bits are the same everywhere.</summary>
    private static void One(Span<int> x, int shift)
    {
        unchecked
        {
            var turned = (x[2] + x[6]) * 4433;
            int low = turned - x[6] * 15137, high = turned + x[2] * 6270;
            int sum = (x[0] + x[4]) << 13, difference = (x[0] - x[4]) << 13;
            int e0 = sum + high, e3 = sum - high, e1 = difference + low, e2 = difference - low;

            var all = (x[7] + x[3] + x[5] + x[1]) * 9633;
            int z1 = (x[7] + x[1]) * -7373, z2 = (x[5] + x[3]) * -20995, z3 = (x[7] + x[3]) * -16069 + all, z4 = (x[5] + x[1]) * -3196 + all;
            int o3 = x[7] * 2446 + z1 + z3, o2 = x[5] * 16819 + z2 + z4, o1 = x[3] * 25172 + z2 + z3, o0 = x[1] * 12299 + z1 + z4;

            var half = 1 << (shift - 1);
            (x[0], x[7]) = ((e0 + o0 + half) >> shift, (e0 - o0 + half) >> shift);
            (x[1], x[6]) = ((e1 + o1 + half) >> shift, (e1 - o1 + half) >> shift);
            (x[2], x[5]) = ((e2 + o2 + half) >> shift, (e2 - o2 + half) >> shift);
            (x[3], x[4]) = ((e3 + o3 + half) >> shift, (e3 - o3 + half) >> shift);
        }
    }
}
