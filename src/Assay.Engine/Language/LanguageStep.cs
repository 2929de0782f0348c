namespace Assay.Engine.Language;

/// <summary>
/// What one sequence gets in one call of <see cref="LanguageSession.Evaluate"/>, and what comes of it. An object may serve call after
/// call; its memory is then used again.
/// </summary>
public sealed class LanguageStep(LanguageSequence sequence)
{
    private float[] scores = [];
    private int vocabulary;

    public LanguageSequence Sequence => sequence;

    /// <summary>The token ids to append: at least one.</summary>
    public ReadOnlyMemory<int> Tokens { get; set; }

    /// <summary>Of how many of the last tokens the scores after them are wanted.</summary>
    public int Scored { get; set; }

    /// <summary>Whether <see cref="Embedding"/> is wanted.</summary>
    public bool WantsEmbedding { get; set; }

    /// <summary>After the call: what stands for the text up to the last token, <c>width</c> numbers of length 1; null where it was not wanted.</summary>
    public float[]? Embedding { get; internal set; }

    /// <summary>After the call: the vocabulary's scores after the i-th of the last <see cref="Scored"/> tokens.</summary>
    public ReadOnlySpan<float> Scores(int i)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Scored);
        return scores.AsSpan(i * vocabulary, vocabulary);
    }

    internal void Prepare(int vocabularySize)
    {
        vocabulary = vocabularySize;
        if (scores.Length < (long)Scored * vocabularySize)
            scores = new float[(long)Scored * vocabularySize];
    }

    internal Span<float> Row(int i) => scores.AsSpan(i * vocabulary, vocabulary);
}
