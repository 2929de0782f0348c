using Assay.Engine.Execution;
using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>An input and the class that it is of.</summary>
public sealed record LabelledInput(IReadOnlyDictionary<string, Tensor> Inputs, int Label);

/// <summary>How often two models are right on the same labelled inputs: the greatest element of the first output is the answer, of equal ones the first.</summary>
/// <param name="Count">Inputs.</param>
/// <param name="FloatRight">Right answers of the model before.</param>
/// <param name="QuantizedRight">Right answers of the model after.</param>
/// <param name="Agree">Inputs on which both give the same answer.</param>
/// <param name="Ties">Inputs on which the greatest element of the model after is there twice: which of them is the answer is the order's doing.</param>
public sealed record AccuracyReport(int Count, int FloatRight, int QuantizedRight, int Agree, int Ties)
{
    /// <summary>What quantisation costs, in points of a hundred; below 0 where it gains.</summary>
    public double PointsLost => Count == 0 ? 0 : 100.0 * (FloatRight - QuantizedRight) / Count;

    /// <exception cref="ModelException">An input does not fit, or the first output is not float32.</exception>
    public static AccuracyReport Of(Graph before, Graph after, IEnumerable<LabelledInput> inputs)
    {
        using var first = new Session(before);
        using var second = new Session(after);
        var report = new AccuracyReport(0, 0, 0, 0, 0);
        foreach (var (input, label) in inputs)
        {
            var (a, _) = Greatest(first.Run(input)[0].Value);
            var (b, tied) = Greatest(second.Run(input)[0].Value);
            report = new(report.Count + 1, report.FloatRight + (a == label ? 1 : 0), report.QuantizedRight + (b == label ? 1 : 0),
                report.Agree + (a == b ? 1 : 0), report.Ties + (tied ? 1 : 0));
        }
        return report;
    }

    private static (int Place, bool Tied) Greatest(Tensor tensor)
    {
        if (tensor.Type != DType.Float32 || tensor.Count == 0)
            throw new ModelException($"the first output is {tensor}; float32 numbers, one a class, are needed");
        var values = tensor.Span<float>();
        var best = 0;
        for (var i = 1; i < values.Length; i++)
            if (values[i] > values[best])
                best = i;
        return (best, values[(best + 1)..].Contains(values[best]));
    }
}
