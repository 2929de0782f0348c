using Assay.Engine.Language.Fast;

namespace Assay.Engine.Language.Generation;

/// <summary>A <see cref="LanguageSession"/> as the generator sees it. Owns the session.</summary>
public sealed class SessionEvaluator(LanguageSession session, int vocabulary) : ILanguageEvaluator
{
    public int VocabularySize => vocabulary;

    public int Width => session.Width;

    public int ContextLength => session.ContextLength;

    public int PageLength => CacheLayout.Positions;

    public int Pages => session.Pages;

    public int FreePages => session.FreePages;

    public ILanguageSequence NewSequence() => new Sequence(session.NewSequence());

    public int PagesNeeded(ILanguageSequence sequence, int tokens) => session.PagesNeeded(Of(sequence), tokens);

    public void Evaluate(IReadOnlyList<EvaluationStep> steps, CancellationToken cancel)
    {
        var all = new LanguageStep[steps.Count];
        for (var i = 0; i < all.Length; i++)
        {
            var step = ((Sequence)steps[i].Sequence).Step;
            (step.Tokens, step.Scored, step.Stated) = (steps[i].Tokens, steps[i].Scored, steps[i].Stated);
            all[i] = step;
            steps[i].Made(step.Scores, step.State);
        }
        session.Evaluate(all, cancel);
    }

    public void Dispose() => session.Dispose();

    private static LanguageSequence Of(ILanguageSequence sequence) => ((Sequence)sequence).Inner;

    private sealed class Sequence(LanguageSequence inner) : ILanguageSequence
    {
        public LanguageSequence Inner => inner;

        // Its memory for scores serves call after call.
        public LanguageStep Step { get; } = new(inner);

        public int Length => inner.Length;

        public void Truncate(int length) => inner.Truncate(length);

        public ILanguageSequence Fork(int length) => new Sequence(inner.Fork(length));

        public void Dispose() => inner.Dispose();
    }
}
