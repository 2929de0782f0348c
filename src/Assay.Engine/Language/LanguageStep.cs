namespace Assay.Engine.Language;

/// <summary>
/// What one sequence gets in one call of <see cref="LanguageSession.Evaluate"/>, and what comes of it. An object may serve call after
/// call; its memory is then used again.
/// </summary>
public sealed class LanguageStep(LanguageSequence sequence)
{
    private float[] scores = [], states = [];
    private int vocabulary, width;

    public LanguageSequence Sequence => sequence;

    /// <summary>The token ids to append: at least one.</summary>
    public ReadOnlyMemory<int> Tokens { get; set; }

    /// <summary>Of how many of the last tokens the scores after them are wanted.</summary>
    public int Scored { get; set; }

    /// <summary>Of how many of the last tokens the final states are wanted.</summary>
    public int Stated { get; set; }

    /// <summary>After the call: the vocabulary's scores after the i-th of the last <see cref="Scored"/> tokens.</summary>
    public ReadOnlySpan<float> Scores(int i)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Scored);
        return ScoreRow(i);
    }

    /// <summary>After the call: the final state at the i-th of the last <see cref="Stated"/> tokens, <c>width</c> numbers: what the scores are the product of (2.7 of docs/spec/assay-llm-v1.md).</summary>
    public ReadOnlySpan<float> State(int i)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(i);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(i, Stated);
        return StateRow(i);
    }

    internal void Prepare(int vocabularySize, int stateWidth)
    {
        (vocabulary, width) = (vocabularySize, stateWidth);
        if (scores.Length < (long)Scored * vocabularySize)
            scores = GC.AllocateUninitializedArray<float>(checked(Scored * vocabularySize));
        if (states.Length < (long)Stated * width)
            states = new float[(long)Stated * width];
    }

    internal Span<float> ScoreRow(int i) => scores.AsSpan(i * vocabulary, vocabulary);

    internal Span<float> StateRow(int i) => states.AsSpan(i * width, width);
}
