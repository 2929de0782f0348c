namespace Assay.Digits.Training;

/// <summary>Adam (Kingma, Ba 2015, algorithm 1): each parameter moves by its mean slope over the root of its mean squared slope.</summary>
internal sealed class Adam(int count)
{
    private const float MeanDecay = 0.9f, SquareDecay = 0.999f, Epsilon = 1e-8f;

    private readonly float[] mean = new float[count], square = new float[count];
    private float meanPower = 1, squarePower = 1;

    public void Step(Span<float> parameters, ReadOnlySpan<float> slopes, float rate)
    {
        meanPower *= MeanDecay;
        squarePower *= SquareDecay;
        for (var i = 0; i < parameters.Length; i++)
        {
            var slope = slopes[i];
            mean[i] = MeanDecay * mean[i] + (1 - MeanDecay) * slope;
            square[i] = SquareDecay * square[i] + (1 - SquareDecay) * slope * slope;
            var (m, v) = (mean[i] / (1 - meanPower), square[i] / (1 - squarePower));
            parameters[i] -= rate * m / (MathF.Sqrt(v) + Epsilon);
        }
    }
}
