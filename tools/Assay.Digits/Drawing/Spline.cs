namespace Assay.Digits.Drawing;

/// <summary>The smooth line through pen points: a uniform Catmull-Rom spline (Catmull, Rom 1974) that stops turning smoothly at corners.</summary>
internal static class Spline
{
    private const int StepsPerSpan = 6;

    /// <summary>The line as short straight pieces: their end points, in order.</summary>
    public static List<(double X, double Y)> Flatten(PenPoint[] points)
    {
        var line = new List<(double, double)>(1 + (points.Length - 1) * StepsPerSpan) { (points[0].X, points[0].Y) };
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (p, q) = (points[i], points[i + 1]);
            var (px, py) = Tangent(points, i, q, p);
            var (qx, qy) = Tangent(points, i + 1, q, p);
            for (var step = 1; step <= StepsPerSpan; step++)
            {
                var t = (double)step / StepsPerSpan;
                line.Add((Hermite(p.X, px, q.X, qx, t), Hermite(p.Y, py, q.Y, qy, t)));
            }
        }
        return line;
    }

    /// <summary>Half the chord between the neighbours; at an end or a corner, the direction of the span itself.</summary>
    private static (double X, double Y) Tangent(PenPoint[] points, int i, PenPoint to, PenPoint from) =>
        i == 0 || i == points.Length - 1 || points[i].Corner
            ? (to.X - from.X, to.Y - from.Y)
            : ((points[i + 1].X - points[i - 1].X) * 0.5, (points[i + 1].Y - points[i - 1].Y) * 0.5);

    private static double Hermite(double p, double pSlope, double q, double qSlope, double t)
    {
        var (t2, t3) = (t * t, t * t * t);
        return (2 * t3 - 3 * t2 + 1) * p + (t3 - 2 * t2 + t) * pSlope + (3 * t2 - 2 * t3) * q + (t3 - t2) * qSlope;
    }
}
