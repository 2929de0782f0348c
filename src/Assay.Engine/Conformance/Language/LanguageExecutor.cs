using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Conformance.Language;

/// <summary>Computes the operations of the profile of language models, one way or another. Rows follow one another; the sections are those of docs/spec/assay-llm-v1.md.</summary>
internal abstract class LanguageExecutor : IDisposable
{
    public abstract string Name { get; }

    /// <summary>1.3: y [tokens, rows] of x [tokens, columns].</summary>
    public abstract float[] Product(WeightType type, byte[] data, int rows, int columns, float[] x, float[] bias);

    /// <summary>2.3.</summary>
    public abstract float[] Norm(float[] x, float[] scale, float epsilon);

    /// <summary>2.4.</summary>
    public abstract float[] Rotate(RotaryEmbedding rotary, int position, float[] x);

    /// <summary>2.5, at the last position.</summary>
    public abstract float[] Attend(int heads, int groups, int window, float scale, float softcap, float[] q, float[] keys, float[] values);

    /// <summary>2.6: act(gate) · up.</summary>
    public abstract float[] Gate(GateFunction function, float[] gate, float[] up);

    /// <summary>2.7.</summary>
    public abstract float[] Cap(float[] x, float softcap);

    /// <summary>2.8: of one token, and of the most likely ones.</summary>
    public abstract (TokenLogProbability Chosen, TokenLogProbability[] Top) LogProbabilities(float[] scores, int token, int top);

    /// <summary>Section 3.</summary>
    public abstract int Pick(float[] scores, SamplerOptions options, byte[] seed, int choice, int position, TokenCounts counts, ulong[] allowed);

    /// <summary>2.7: the scores after each token.</summary>
    public abstract float[][] Scores(LanguageModel model, int[] tokens);

    /// <summary>2.9.</summary>
    public abstract float[] Embedding(LanguageModel model, int[] tokens, Pooling pooling, int dimensions);

    public virtual void Dispose()
    {
    }
}
