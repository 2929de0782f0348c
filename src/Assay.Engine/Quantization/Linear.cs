namespace Assay.Engine.Quantization;

/// <summary>Weights and biases of a dense layer or a convolution, before they are quantised.</summary>
/// <param name="shape">[N, K], or [O, C/g, kh, kw].</param>
/// <param name="weights">In the shape's order.</param>
/// <param name="bias">One an output channel.</param>
internal sealed class Linear(int[] shape, double[] weights, double[] bias)
{
    public int[] Shape { get; } = shape;

    public double[] Weights { get; } = weights;

    public double[] Bias { get; } = bias;

    public int Outputs => Shape[0];

    /// <summary>Weights of one output channel.</summary>
    public int Fan => Weights.Length / Math.Max(Outputs, 1);

    /// <summary>The steps of the weights' scales where a file said them, one an output channel; null where they are chosen here.</summary>
    public double[]? Given { get; set; }

    public Span<double> Row(int output) => Weights.AsSpan(output * Fan, Fan);

    /// <summary>Makes y the layer's output times a factor, plus a term, both of its channel.</summary>
    public void Follow(Func<int, double> factor, Func<int, double> term)
    {
        for (var o = 0; o < Outputs; o++)
        {
            var f = factor(o);
            foreach (ref var w in Row(o))
                w *= f;
            Bias[o] = (Bias[o] * f) + term(o);
            if (Given is not null)
                Given[o] *= Math.Abs(f);
        }
    }

    /// <summary>Makes the layer's input x what was factor · x + term, of a dense layer.</summary>
    public void Precede(double[] factor, double[] term)
    {
        Given = null;
        for (var o = 0; o < Outputs; o++)
        {
            var row = Row(o);
            for (var k = 0; k < row.Length; k++)
            {
                Bias[o] += row[k] * term[k];
                row[k] *= factor[k];
            }
        }
    }
}
