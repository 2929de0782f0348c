using Assay.Engine.Language.Generation;

namespace Assay.Engine.Tests.Language.Generation;

/// <summary>
/// A model whose scores are a hash of the tokens so far, with pages that are counted: it shows what a scheduler does, and fails where
/// one asks for more than there is.
/// </summary>
internal sealed class FakeEvaluator(int pages, int pageLength = 4, int context = 200) : ILanguageEvaluator
{
    public const int Vocabulary = 40;

    public const int StateWidth = 8;

    private readonly HashSet<Page> held = [];

    /// <summary>Of each call the tokens of each step.</summary>
    public List<int[]> Calls { get; } = [];

    /// <summary>Called within each evaluation.</summary>
    public Action<IReadOnlyList<EvaluationStep>, CancellationToken>? During { get; set; }

    public int VocabularySize => Vocabulary;

    public int Width => StateWidth;

    public int ContextLength => context;

    public int PageLength => pageLength;

    public int Pages => pages;

    public int FreePages => pages - held.Count;

    public bool IsDisposed { get; private set; }

    public ILanguageSequence NewSequence() => new Sequence(this);

    public int PagesNeeded(ILanguageSequence sequence, int tokens) => ((Sequence)sequence).Missing(tokens);

    public void Evaluate(IReadOnlyList<EvaluationStep> steps, CancellationToken cancel)
    {
        Calls.Add([.. steps.Select(s => s.Tokens.Length)]);
        During?.Invoke(steps, cancel);
        cancel.ThrowIfCancellationRequested();
        Assert.Distinct(steps.Select(s => s.Sequence));
        Assert.True(steps.Sum(s => PagesNeeded(s.Sequence, s.Tokens.Length)) <= FreePages, "more pages are asked for than are free");
        foreach (var step in steps)
        {
            var sequence = (Sequence)step.Sequence;
            sequence.Append(step.Tokens.Span);
            Assert.True(sequence.Length <= context, "a sequence beyond the context");
            var all = sequence.Tokens.ToArray();
            step.Made(i => Scores(all.AsSpan(0, all.Length - step.Scored + 1 + i)), i => State(all.AsSpan(0, all.Length - step.Stated + 1 + i)));
        }
    }

    public void Dispose() => IsDisposed = true;

    /// <summary>What comes after these tokens. Token 0 ends the answer, now and then.</summary>
    public static float[] Scores(ReadOnlySpan<int> tokens)
    {
        var hash = 14695981039346656037UL;
        foreach (var token in tokens)
            hash = (hash ^ (uint)token) * 1099511628211UL;
        var scores = new float[Vocabulary];
        for (var i = 0; i < Vocabulary; i++)
        {
            var mixed = (hash ^ (ulong)i) * 0x9E3779B97F4A7C15UL;
            scores[i] = (float)((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9UL >> 44) / (1 << 17);
        }
        return scores;
    }

    /// <summary>The state at the last of these tokens.</summary>
    public static float[] State(ReadOnlySpan<int> tokens) => [.. Scores(tokens)[..StateWidth].Select(s => s - 8)];

    private sealed class Page
    {
        public int Holders { get; set; }
    }

    private sealed class Sequence(FakeEvaluator owner) : ILanguageSequence
    {
        private readonly List<Page> own = [];

        public List<int> Tokens { get; } = [];

        public int Length => Tokens.Count;

        public int Missing(int tokens) =>
            PagesFor(Length + tokens) - own.Count + (tokens > 0 && Length % owner.PageLength != 0 && own[^1].Holders > 1 ? 1 : 0);

        public void Append(ReadOnlySpan<int> tokens)
        {
            if (Length % owner.PageLength != 0 && own[^1].Holders > 1)
            {
                own[^1].Holders--;
                own[^1] = Rent();
            }
            foreach (var token in tokens)
                Tokens.Add(token);
            while (own.Count < PagesFor(Length))
                own.Add(Rent());
        }

        public void Truncate(int length)
        {
            Tokens.RemoveRange(length, Length - length);
            for (; own.Count > PagesFor(length); own.RemoveAt(own.Count - 1))
                if (--own[^1].Holders == 0)
                    owner.held.Remove(own[^1]);
        }

        public ILanguageSequence Fork(int length)
        {
            var fork = new Sequence(owner);
            fork.Tokens.AddRange(Tokens[..length]);
            fork.own.AddRange(own[..PagesFor(length)]);
            fork.own.ForEach(p => p.Holders++);
            return fork;
        }

        public void Dispose() => Truncate(0);

        private int PagesFor(int tokens) => (tokens + owner.PageLength - 1) / owner.PageLength;

        private Page Rent()
        {
            var page = new Page { Holders = 1 };
            owner.held.Add(page);
            return page;
        }
    }
}
