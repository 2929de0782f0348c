using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol;

/// <summary>M of a sum over places Σ_z (x(z) − shift) M(z): public, the prover wants all of it, the verifier its extension at one place (docs/spec/proofs.md section 6).</summary>
public abstract class PublicMatrix
{
    /// <summary>Coordinates of a place.</summary>
    public abstract int Log { get; }

    /// <summary>2^<see cref="Log"/> values.</summary>
    public abstract Felt4[] Table();

    public abstract Felt4 Evaluate(ReadOnlySpan<Felt4> place);
}

/// <summary>M(c, h, w) = Σ_uv weight(c, u, v) D_u[h] D′_v[w]: what windows over rows and columns take of an image.</summary>
public sealed class WindowMatrix : PublicMatrix
{
    private readonly TensorShape shape;
    private readonly Felt4[] weights;
    private readonly Felt4[][] rows, columns;

    /// <param name="shape">Rows and columns, or channels, rows and columns.</param>
    /// <param name="weights">(c, u, v), real ones.</param>
    private WindowMatrix(TensorShape shape, Felt4[] weights, Felt4[][] rows, Felt4[][] columns) => (this.shape, this.weights, this.rows, this.columns) = (shape, weights, rows, columns);

    public override int Log => shape.Log;

    /// <summary>Of a convolution, weighed by eq(<paramref name="at"/>, k); of a depthwise one, of one channel.</summary>
    /// <param name="behind">The point of the output's rows and columns.</param>
    public static WindowMatrix Of(ConvLayer conv, TensorShape input, ReadOnlySpan<Felt4> at, ReadOnlySpan<Felt4> behind)
    {
        var logRows = Axis.LogOf(conv.Rows);
        return new WindowMatrix(
            new TensorShape(input.Axes[(conv.Depthwise ? 2 : 1)..]), Multilinear.EqTable(at)[..conv.Inner(input)],
            Images(conv.KernelRows, conv.Rows, input.Axes[2].Size, conv.Stride, conv.Dilation, conv.Top, behind[..logRows]),
            Images(conv.KernelColumns, conv.Columns, input.Axes[3].Size, conv.Stride, conv.Dilation, conv.Left, behind[logRows..]));
    }

    /// <summary>Of an average: every place of a window weighs one.</summary>
    public static WindowMatrix Of(AveragePoolLayer pool, TensorShape input, ReadOnlySpan<Felt4> behind)
    {
        var logRows = Axis.LogOf(pool.Rows);
        return new WindowMatrix(
            new TensorShape(input.Axes[2..]), [Felt4.One],
            [Sum(Images(pool.KernelRows, pool.Rows, input.Axes[2].Size, pool.Stride, 1, pool.Top, behind[..logRows]))],
            [Sum(Images(pool.KernelColumns, pool.Columns, input.Axes[3].Size, pool.Stride, 1, pool.Left, behind[logRows..]))]);
    }

    /// <summary>Of a maximum along a line: the places of a window, weighed by eq(<paramref name="at"/>, place).</summary>
    /// <param name="along">The point of the output's axis.</param>
    public static WindowMatrix Of(LinePoolLayer pool, TensorShape input, ReadOnlySpan<Felt4> at, ReadOnlySpan<Felt4> along)
    {
        var line = new TensorShape([input.Axes[pool.Along], Axis.Of(1)]);
        return new WindowMatrix(line, Multilinear.EqTable(at)[..pool.Kernel], Images(pool.Kernel, pool.Size, line.Axes[0].Size, pool.Stride, 1, pool.Before, along), [[Felt4.One]]);
    }

    // Columns first, then rows: a window is not looked at as a whole.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Felt4[] Table()
    {
        var table = new Felt4[1 << shape.Log];
        var (h, w) = (shape.Axes[^2], shape.Axes[^1]);
        var line = new Felt4[w.Size];
        for (var cu = 0; cu < weights.Length / columns.Length; cu++)
        {
            Array.Clear(line);
            for (var v = 0; v < columns.Length; v++)
                AddMultiple(line, columns[v], weights[cu * columns.Length + v]);
            var (c, row) = (cu / rows.Length, rows[cu % rows.Length]);
            for (var y = 0; y < h.Size; y++)
                AddMultiple(table.AsSpan((c << h.Log | y) << w.Log, w.Size), line, row[y]);
        }
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Felt4 Evaluate(ReadOnlySpan<Felt4> place)
    {
        var (h, w) = (shape.Axes[^2], shape.Axes[^1]);
        var channels = Multilinear.EqTable(place[..^(h.Log + w.Log)]);
        var (eqRows, eqColumns) = (Multilinear.EqTable(place[^(h.Log + w.Log)..^w.Log]), Multilinear.EqTable(place[^w.Log..]));
        var (atRows, atColumns) = (rows.Select(r => Inner(r, eqRows)).ToArray(), columns.Select(c => Inner(c, eqColumns)).ToArray());
        var sum = Felt4.Zero;
        for (var k = 0; k < weights.Length; k++)
            sum += weights[k] * channels[k / (rows.Length * columns.Length)] * atRows[k / columns.Length % rows.Length] * atColumns[k % columns.Length];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddMultiple(Span<Felt4> sums, ReadOnlySpan<Felt4> values, Felt4 factor)
    {
        for (var i = 0; i < sums.Length; i++)
            sums[i] += values[i] * factor;
    }

    // D_u[h] = Σ over real outputs a with S a + D u − P = h of eq(point, a).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4[][] Images(int kernel, int outputs, int inputs, int stride, int dilation, int padding, ReadOnlySpan<Felt4> point)
    {
        var eq = Multilinear.EqTable(point);
        var images = new Felt4[kernel][];
        for (var u = 0; u < kernel; u++)
        {
            images[u] = new Felt4[inputs];
            for (var a = 0; a < outputs; a++)
                if ((long)stride * a + (long)dilation * u - padding is var at && at >= 0 && at < inputs)
                    images[u][at] += eq[a];
        }
        return images;
    }

    private static Felt4[] Sum(Felt4[][] images) => [.. Enumerable.Range(0, images[0].Length).Select(h => images.Aggregate(Felt4.Zero, (sum, image) => sum + image[h]))];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Felt4 Inner(Felt4[] values, Felt4[] eq)
    {
        var sum = Felt4.Zero;
        for (var i = 0; i < values.Length; i++)
            sum += values[i] * eq[i];
        return sum;
    }
}

/// <summary>M(z) = eq(point, where z goes to), of real places: values that are moved.</summary>
/// <param name="from">Where values stand; <paramref name="to"/>: of each, in order, where it goes to.</param>
public sealed class MovingMatrix(TensorShape from, IEnumerable<int> to, ReadOnlySpan<Felt4> point) : PublicMatrix
{
    private readonly Felt4[] weights = Multilinear.EqTable(point);

    public override int Log => from.Log;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Felt4[] Table()
    {
        var table = new Felt4[1 << from.Log];
        foreach (var (place, goes) in from.Places().Zip(to))
            table[place] = weights[goes];
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Felt4 Evaluate(ReadOnlySpan<Felt4> place)
    {
        var eq = Multilinear.EqTable(place);
        var sum = Felt4.Zero;
        foreach (var (stands, goes) in from.Places().Zip(to))
            sum += eq[stands] * weights[goes];
        return sum;
    }
}
