using System.Numerics;

namespace Assay.Digits.Training;

/// <summary>Softmax and cross-entropy: the loss of a sample is -log of the probability given to its label.</summary>
internal static class CrossEntropy
{
    /// <summary>Fills the slopes by each logit, which are probability minus one-hot label, and returns the samples' losses added up.</summary>
    public static TScalar Of<TBatch, TScalar>(ReadOnlySpan<int> labels, Workspace<TBatch> space)
        where TBatch : struct, IBatch<TBatch, TScalar>
        where TScalar : struct, INumber<TScalar>
    {
        var width = TBatch.Width;
        var logits = new TScalar[Network.Classes * width];
        for (var c = 0; c < Network.Classes; c++)
            TBatch.Store(space.Logits[c], logits.AsSpan(c * width));

        var loss = TScalar.Zero;
        for (var lane = 0; lane < width; lane++)
        {
            var greatest = logits[lane];
            for (var c = 1; c < Network.Classes; c++)
                greatest = TScalar.Max(greatest, logits[c * width + lane]);
            var shifted = logits[labels[lane] * width + lane] - greatest;
            var sum = TScalar.Zero;
            for (var c = 0; c < Network.Classes; c++)
                sum += logits[c * width + lane] = TBatch.Exp(logits[c * width + lane] - greatest);
            for (var c = 0; c < Network.Classes; c++)
                logits[c * width + lane] /= sum;
            logits[labels[lane] * width + lane] -= TScalar.One;
            loss += TBatch.Log(sum) - shifted;
        }

        for (var c = 0; c < Network.Classes; c++)
            space.LogitSlopes[c] = TBatch.Load(logits.AsSpan(c * width, width));
        return loss;
    }
}
