namespace Assay.Digits.Drawing;

/// <summary>
/// Draws digits: a style of <see cref="DigitStyles"/>, each pen point moved a little, a smooth warp, rotation, shear and
/// scale, then fitted to the middle of the picture, with a pen whose width and pressure vary.
/// </summary>
/// <remarks>
/// Most digits are fitted as those of MNIST are (LeCun, Cortes, Burges: into a box of 20x20 pixels, the centre of mass of
/// the ink in the middle of 28x28), with some play, and the rest more loosely. Everything is + - * / and square root
/// of doubles in a fixed order, so a sample has the same bytes on every machine.
/// </remarks>
internal static class DigitImage
{
    public const int Side = 28, Pixels = Side * Side;

    /// <summary>The digit that sample <paramref name="index"/> shows: the ten in turn.</summary>
    public static int LabelOf(long index) => (int)(index % 10);

    /// <summary>Draws one sample: 28x28 gray pixels, row by row, 0 for the background, 255 for full ink.</summary>
    public static void Draw(ulong seed, long index, Span<byte> pixels)
    {
        var draws = new Draws(seed, (ulong)index);
        var styles = DigitStyles.Of(LabelOf(index));
        var lines = Bend(styles[draws.Below(styles.Length)], ref draws);

        var radius = 0.5 * draws.Between(1.1, 3.6);
        if (draws.Chance(0.1))
            radius += draws.Between(0, 0.8);
        Fit(lines, radius, ref draws);

        Span<double> ink = stackalloc double[Pixels];
        Ink(lines, radius, ref draws, ink);
        Develop(ink, ref draws, pixels);
    }

    /// <summary>The style's strokes as this writer would write them, in a frame of about ±0.5 around 0.</summary>
    private static List<(double X, double Y)>[] Bend(PenPoint[][] style, ref Draws draws)
    {
        var wobble = draws.Between(0.005, 0.045);
        var turn = 0.11 * draws.Bell();                                   // tan of half the angle: 0.11 is 12.5 degrees
        var (cos, sin) = ((1 - turn * turn) / (1 + turn * turn), 2 * turn / (1 + turn * turn));
        var shear = 0.12 + 0.24 * draws.Bell();
        var width = draws.Between(0.6, 1.35);
        Span<double> warp = stackalloc double[6];
        foreach (ref var w in warp)
            w = 0.16 * draws.Bell();

        var lines = new List<(double, double)>[style.Length];
        for (var s = 0; s < style.Length; s++)
        {
            var moved = new PenPoint[style[s].Length];
            for (var i = 0; i < moved.Length; i++)
            {
                var x = style[s][i].X / 100 - 0.3 + wobble * draws.Bell();
                var y = style[s][i].Y / 100 - 0.5 + wobble * draws.Bell();
                var (bentX, bentY) = (
                    width * (x + warp[0] * x * y + warp[1] * y * y + warp[2] * x * x),
                    y + warp[3] * x * y + warp[4] * x * x + warp[5] * y * y);
                bentX -= shear * bentY;
                moved[i] = new(cos * bentX - sin * bentY, sin * bentX + cos * bentY, style[s][i].Corner);
            }
            lines[s] = Spline.Flatten(moved);
        }
        return lines;
    }

    /// <summary>Scales and shifts the lines to where their ink belongs in the picture, in pixels.</summary>
    private static void Fit(List<(double X, double Y)>[] lines, double radius, ref Draws draws)
    {
        var (left, right, top, bottom) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
        foreach (var line in lines)
            foreach (var (x, y) in line)
                (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));

        var loose = draws.Chance(0.25);
        var box = loose ? draws.Between(13, 24) : draws.Between(18.5, 20.5);
        var scale = (box - 2 * radius) / Math.Max(right - left, bottom - top);

        // The centre of mass of a line of even ink; the middle of the box where the fit is loose.
        var (sumX, sumY, length) = (0.0, 0.0, 0.0);
        foreach (var line in lines)
            for (var i = 0; i + 1 < line.Count; i++)
            {
                var ((ax, ay), (bx, by)) = (line[i], line[i + 1]);
                var piece = Math.Sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
                sumX += piece * (ax + bx) * 0.5;
                sumY += piece * (ay + by) * 0.5;
                length += piece;
            }
        var (middleX, middleY) = loose ? ((left + right) * 0.5, (top + bottom) * 0.5) : (sumX / length, sumY / length);
        var play = loose ? 1.2 : 0.5;
        var (shiftX, shiftY) = (Side * 0.5 + play * draws.Bell(), Side * 0.5 + play * draws.Bell());
        foreach (var line in lines)
            for (var i = 0; i < line.Count; i++)
                line[i] = ((line[i].X - middleX) * scale + shiftX, (line[i].Y - middleY) * scale + shiftY);
    }

    /// <summary>Lays ink along the lines: 1 inside the pen's radius, falling to 0 over a soft edge.</summary>
    private static void Ink(List<(double X, double Y)>[] lines, double radius, ref Draws draws, Span<double> ink)
    {
        var edge = draws.Between(0.8, 1.8);
        var pressure = draws.Between(-0.25, 0.25);
        foreach (var line in lines)
            for (var i = 0; i + 1 < line.Count; i++)
            {
                var r = radius * (1 + pressure * (2.0 * i / line.Count - 1));
                InkPiece(line[i], line[i + 1], r, edge, ink);
            }
    }

    private static void InkPiece((double X, double Y) a, (double X, double Y) b, double radius, double edge, Span<double> ink)
    {
        var reach = radius + 0.5 * edge;
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var lengthSquared = dx * dx + dy * dy;
        var inverse = lengthSquared > 0 ? 1 / lengthSquared : 0;
        var (firstX, lastX) = Covered(Math.Min(a.X, b.X) - reach, Math.Max(a.X, b.X) + reach);
        var (firstY, lastY) = Covered(Math.Min(a.Y, b.Y) - reach, Math.Max(a.Y, b.Y) + reach);
        for (var row = firstY; row <= lastY; row++)
            for (var column = firstX; column <= lastX; column++)
            {
                var (px, py) = (column + 0.5 - a.X, row + 0.5 - a.Y);
                var along = Math.Clamp((px * dx + py * dy) * inverse, 0, 1);
                var (gapX, gapY) = (px - along * dx, py - along * dy);
                var distance = Math.Sqrt(gapX * gapX + gapY * gapY);
                var laid = Math.Clamp((radius - distance) / edge + 0.5, 0, 1);
                ref var pixel = ref ink[row * Side + column];
                pixel = Math.Max(pixel, laid);
            }
    }

    /// <summary>The rows or columns whose pixels may lie between two coordinates.</summary>
    private static (int First, int Last) Covered(double low, double high) =>
        ((int)Math.Clamp(low - 0.5, 0, Side - 1), (int)Math.Clamp(high + 0.5, 0, Side - 1));

    /// <summary>Ink to bytes: full brightness differs from sheet to sheet, and some sheets are noisy.</summary>
    private static void Develop(ReadOnlySpan<double> ink, ref Draws draws, Span<byte> pixels)
    {
        var full = draws.Between(200, 300);
        var noise = draws.Chance(0.3) ? draws.Between(2, 16) : 0;
        for (var i = 0; i < Pixels; i++)
        {
            var value = full * ink[i];
            if (noise > 0)
                value += noise * draws.Bell();
            pixels[i] = (byte)Math.Clamp(value + 0.5, 0, 255);
        }
    }
}
