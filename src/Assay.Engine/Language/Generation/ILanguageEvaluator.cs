namespace Assay.Engine.Language.Generation;

/// <summary>
/// What the generator needs of a model: scores of sequences of tokens that grow, in batches. The scores after a token are a function
/// of the tokens up to it and of nothing else (docs/spec/assay-llm-v1.md), so every choice the generator makes, who shares a batch
/// with whom, which prefix is used again, who has to wait and begin anew, leaves the bits as they are. Used by one thread.
/// </summary>
public interface ILanguageEvaluator : IDisposable
{
    int VocabularySize { get; }

    /// <summary>Numbers of a final state.</summary>
    int Width { get; }

    /// <summary>Most tokens of a sequence.</summary>
    int ContextLength { get; }

    /// <summary>Tokens whose keys and values fill one page.</summary>
    int PageLength { get; }

    /// <summary>Pages of all sequences together.</summary>
    int Pages { get; }

    /// <summary>Pages that nobody holds.</summary>
    int FreePages { get; }

    /// <summary>A sequence of no tokens.</summary>
    ILanguageSequence NewSequence();

    /// <summary>Pages that so many more tokens of a sequence take from <see cref="FreePages"/>.</summary>
    int PagesNeeded(ILanguageSequence sequence, int tokens);

    /// <summary>Appends each step's tokens to its sequence, all in one batch, and makes the scores asked for.</summary>
    /// <param name="steps">Each of another sequence; together they need no more pages than are free.</param>
    /// <exception cref="OperationCanceledException">Called off; no sequence has grown.</exception>
    void Evaluate(IReadOnlyList<EvaluationStep> steps, CancellationToken cancel);
}

/// <summary>Keys and values of the tokens that were evaluated so far.</summary>
public interface ILanguageSequence : IDisposable
{
    /// <summary>Tokens.</summary>
    int Length { get; }

    /// <summary>Forgets all tokens from <paramref name="length"/> on.</summary>
    void Truncate(int length);

    /// <summary>Another sequence of the first <paramref name="length"/> tokens; pages are shared, and one that is not full is copied before it is written to.</summary>
    ILanguageSequence Fork(int length);
}

/// <summary>Tokens to append to a sequence.</summary>
/// <param name="tokens">At least one.</param>
/// <param name="scored">How many of the last tokens' scores are wanted: 0 to their number.</param>
/// <param name="stated">Of how many of the last tokens the final states are wanted.</param>
public sealed class EvaluationStep(ILanguageSequence sequence, ReadOnlyMemory<int> tokens, int scored, int stated = 0)
{
    private RowOf? made, states;

    public ILanguageSequence Sequence => sequence;

    public ReadOnlyMemory<int> Tokens => tokens;

    public int Scored => scored;

    public int Stated => stated;

    /// <summary>What comes after the i-th of the last <see cref="Scored"/> tokens: a score for each token of the vocabulary.</summary>
    public ReadOnlySpan<float> Scores(int i) => made!(i);

    /// <summary>The final state at the i-th of the last <see cref="Stated"/> tokens: as many numbers as the model is wide.</summary>
    public ReadOnlySpan<float> State(int i) => states!(i);

    /// <summary>Called by the evaluator.</summary>
    public void Made(RowOf scores, RowOf? finalStates = null) => (made, states) = (scores, finalStates);
}

/// <summary>Numbers at the i-th of the last tokens of a step.</summary>
public delegate ReadOnlySpan<float> RowOf(int i);
