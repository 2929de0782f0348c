using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Pooling of regions of an image (7.7, 7.8).</summary>
internal static class Regions
{
    /// <summary>Bilinear samples of each bin, averaged or the greatest taken.</summary>
    /// <exception cref="ModelException">A batch index is out of range, or a region asks for more than 2^15 samples along an axis of a bin.</exception>
    public static void Align<T>(Attributes a, Tensor x, Tensor rois, Tensor batches, Tensor y) where T : unmanaged, IReal<T>
    {
        int channels = x.Shape[1], height = x.Shape[2], width = x.Shape[3], rows = y.Shape[2], columns = y.Shape[3];
        Reals<T> values = new(x), regions = new(rois);
        var isAverage = a.Text("mode", "avg") == "avg";
        var isHalf = a.Text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
        T scale = T.Of(a.Float("spatial_scale", 1)), offset = T.Of(isHalf ? 0.5 : 0);
        var sampling = (int)a.Int("sampling_ratio", 0);
        for (var r = 0; r < y.Shape[0] && y.Count > 0; r++)
        {
            var batch = Indexing.Within(batches, r, x.Shape[0]);
            var (top, binH, samplesH) = Bins(regions[4 * r + 1], regions[4 * r + 3], rows);
            var (left, binW, samplesW) = Bins(regions[4 * r], regions[4 * r + 2], columns);
            for (var c = 0; c < channels; c++)
                for (var row = 0; row < rows; row++)
                    for (var column = 0; column < columns; column++)
                    {
                        var (acc, plane) = (T.Zero, (batch * channels + c) * height * width);
                        for (var i = 0; i < samplesH; i++)
                        {
                            Interrupt.Check();
                            for (var j = 0; j < samplesW; j++)
                            {
                                var v = Sample(values, plane, height, width, Place(top, binH, samplesH, row, i), Place(left, binW, samplesW, column, j), isAverage);
                                acc = isAverage ? acc + v : i + j == 0 ? v : T.Max(acc, v);
                            }
                        }
                        T.Store(y, ((r * channels + c) * rows + row) * columns + column, isAverage ? acc / T.Of(Math.Max((double)samplesH * samplesW, 1)) : acc);
                    }
        }

        (T Start, T Bin, int Samples) Bins(T from, T to, int bins)
        {
            T start = from * scale - offset, size = to * scale - offset - start;
            if (!isHalf)
                size = T.Max(size, T.One);
            var bin = size / T.Of(bins);
            var wanted = sampling > 0 ? sampling : Math.Ceiling(T.ToDouble(bin));
            return wanted <= 1 << 15 ? (start, bin, (int)Math.Max(wanted, 0)) : throw new ModelException($"a region of {wanted} samples along one axis of a bin, above {1 << 15}");
        }
    }

    private static T Place<T>(T start, T bin, int samples, int place, int sample) where T : unmanaged, IReal<T> =>
        start + T.Of(place) * bin + T.Of(sample + 0.5) * bin / T.Of(samples);

    /// <summary>The sum of the four neighbours by their weights, or the greatest of the four products; 0 beyond the image by more than 1.</summary>
    private static T Sample<T>(Reals<T> x, int plane, int height, int width, T y, T u, bool isAverage) where T : unmanaged, IReal<T>
    {
        if (!Near(y, height) || !Near(u, width))
            return T.Zero;
        var (y0, y1, ly) = Neighbours(y, height);
        var (x0, x1, lx) = Neighbours(u, width);
        T hy = T.One - ly, hx = T.One - lx;
        T p = hy * hx * x[plane + y0 * width + x0], q = hy * lx * x[plane + y0 * width + x1];
        T r = ly * hx * x[plane + y1 * width + x0], s = ly * lx * x[plane + y1 * width + x1];
        return isAverage ? p + q + r + s : T.Max(T.Max(T.Max(p, q), r), s);

        static bool Near(T at, int extent) => !(at < T.Of(-1)) && !(at > T.Of(extent)) && !T.IsNaN(at);
    }

    private static (int Low, int High, T Fraction) Neighbours<T>(T at, int extent) where T : unmanaged, IReal<T>
    {
        at = T.Max(at, T.Zero);
        var low = (int)T.ToDouble(at);
        return low >= extent - 1 ? (extent - 1, extent - 1, T.Zero) : (low, low + 1, at - T.Of(low));
    }

    /// <summary>The greatest element of each bin of a region in whole pixels; +0 where a bin holds none.</summary>
    /// <exception cref="ModelException">A batch number is out of range.</exception>
    public static void MaxPool<T>(Attributes a, Tensor x, Tensor rois, Tensor y) where T : unmanaged, IReal<T>
    {
        int channels = x.Shape[1], height = x.Shape[2], width = x.Shape[3], rows = y.Shape[2], columns = y.Shape[3];
        Reals<T> values = new(x), regions = new(rois);
        var scale = T.Of(a.Float("spatial_scale", 1));
        for (var i = 0; i < y.Count; i++)
        {
            int column = i % columns, row = i / columns % rows, c = i / columns / rows % channels, r = i / columns / rows / channels;
            var batch = T.ToDouble(regions[5 * r]);
            if (!(batch >= 0 && batch < x.Shape[0]))
                throw new ModelException($"batch {batch} of {x.Shape[0]}");
            var (top, bottom) = Bin(regions[5 * r + 2], regions[5 * r + 4], rows, row, height);
            var (left, right) = Bin(regions[5 * r + 1], regions[5 * r + 3], columns, column, width);
            var acc = top < bottom && left < right ? T.Of(double.NegativeInfinity) : T.Zero;
            for (var u = top; u < bottom; u++)
                for (var v = left; v < right; v++)
                    acc = T.Max(acc, values[(((int)batch * channels + c) * height + u) * width + v]);
            T.Store(y, i, acc);
        }

        (int From, int To) Bin(T from, T to, int bins, int bin, int extent)
        {
            // Corners are rounded half away from zero; a region is at least one pixel.
            double start = Away(from), size = Math.Max(Away(to) - start + 1, 1);
            double low = Math.Floor(bin * size / bins) + start, high = Math.Ceiling((bin + 1) * size / bins) + start;
            return ((int)Math.Clamp(low, 0, extent), (int)Math.Clamp(high, 0, extent));
        }

        double Away(T corner) => T.ToDouble(corner * scale) is var v && double.IsNaN(v) ? 0 : Math.Clamp(v < 0 ? -Math.Floor(0.5 - v) : Math.Floor(v + 0.5), -1e9, 1e9);
    }
}
