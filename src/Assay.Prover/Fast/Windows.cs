using System.Runtime.CompilerServices;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Prover.Kernels;

namespace Assay.Prover.Fast;

/// <summary>What windows take of images: rows and columns one after the other, so that no window is looked at as a whole.</summary>
internal static class Windows
{
    /// <summary>G(c, u, v) = Σ_ab eq(behind, (a, b)) x(c, S a + D u − top, S b + D v − left).</summary>
    /// <param name="x">(c, row, column), padded.</param>
    public static Felt4[] Gathered(Team team, ConvLayer layer, TensorShape source, Felt4[] x, Felt4[] behind)
    {
        var (kernelRows, kernelColumns) = (layer.KernelRows, layer.KernelColumns);
        var (h, w) = (source.Axes[2], source.Axes[3]);
        var logRows = Axis.LogOf(layer.Rows);
        var (rows, columns) = (Multilinear.EqTable(behind.AsSpan(0, logRows)), Multilinear.EqTable(behind.AsSpan(logRows)));
        var gathered = new Felt4[1 << Axis.LogOf(layer.Inner(source))];
        var channels = layer.Inner(source) / (kernelRows * kernelColumns);
        team.Split(channels, 1, (from, to) =>
        {
            for (var c = from; c < to; c++)
                Channel(c);
        });
        return gathered;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Channel(int c)
        {
            var lines = new Felt4[h.Size * kernelColumns];
            for (var y = 0; y < h.Size; y++)
                for (var v = 0; v < kernelColumns; v++)
                    for (var b = 0; b < layer.Columns; b++)
                        if (layer.Stride * b + layer.Dilation * v - layer.Left is var z && z >= 0 && z < w.Size)
                            lines[y * kernelColumns + v] += columns[b] * x[(c << h.Log | y) << w.Log | z];
            for (var u = 0; u < kernelRows; u++)
                for (var a = 0; a < layer.Rows; a++)
                    if (layer.Stride * a + layer.Dilation * u - layer.Top is var y && y >= 0 && y < h.Size)
                        for (var v = 0; v < kernelColumns; v++)
                            gathered[(c * kernelRows + u) * kernelColumns + v] += rows[a] * lines[y * kernelColumns + v];
        }
    }
}
