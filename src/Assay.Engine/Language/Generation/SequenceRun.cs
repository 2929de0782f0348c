using System.Runtime.InteropServices;

namespace Assay.Engine.Language.Generation;

/// <summary>One sequence of an answer: its tokens, and what has been evaluated of them.</summary>
/// <param name="tokens">That it begins with, at least one.</param>
/// <param name="order">Counts runs as they begin: the youngest is the first to make room.</param>
internal abstract class SequenceRun(Answer answer, IEnumerable<int> tokens, long order)
{
    public Answer Answer => answer;

    public long Order => order;

    /// <summary>The prompt's and those that were made.</summary>
    public List<int> Tokens { get; } = [.. tokens];

    /// <summary>Null before the run has begun, and while it has made room for others.</summary>
    public ILanguageSequence? Sequence { get; private set; }

    public int Evaluated => Sequence?.Length ?? 0;

    public int Pending => Tokens.Count - Evaluated;

    public ReadOnlySpan<int> AllTokens => CollectionsMarshal.AsSpan(Tokens);

    /// <summary>Whether it may begin with what another sequence has evaluated, and others with what it has.</summary>
    public abstract bool SharesPrefixes { get; }

    /// <summary>Tokens that are evaluated behind those that are pending.</summary>
    public abstract int Ahead { get; }

    /// <summary>Whether it goes on by a token a step, and waits for no other but its own.</summary>
    public abstract bool IsDecoding { get; }

    public abstract EvaluationStep StepOf(int count);

    public virtual void Begin(ILanguageSequence sequence) => Sequence = sequence;

    /// <summary>Gives the pages back.</summary>
    public void Release() => Take()?.Dispose();

    /// <summary>The sequence, which from now on belongs to whoever took it; the run has none.</summary>
    public ILanguageSequence? Take()
    {
        var taken = Sequence;
        Sequence = null;
        return taken;
    }

    protected int[] Next(int count) => Tokens.GetRange(Evaluated, count).ToArray();
}

/// <summary>One choice of an answer.</summary>
internal sealed class ChoiceRun(ChoiceAnswer answer, ChoiceDecoder decoder, long order) : SequenceRun(answer, answer.Request.Prompt, order)
{
    public new ChoiceAnswer Answer => answer;

    public ChoiceDecoder Decoder => decoder;

    /// <summary>Whether the other choices of the request wait for this one to go through the prompt.</summary>
    public bool Leads { get; set; }

    public override bool SharesPrefixes => true;

    public override int Ahead => 1;

    public override bool IsDecoding => Pending == 1;

    public override EvaluationStep StepOf(int count) => new(Sequence!, Next(count), count == Pending ? 1 : 0);
}

/// <summary>One text of a request for embeddings.</summary>
/// <param name="text">Its place in the request.</param>
internal sealed class EmbeddingRun(EmbeddingAnswer answer, int text, long order) : SequenceRun(answer, answer.Request.Texts[text], order)
{
    private TextPooling pooling = new(answer.Request.Pooling);

    // A mean needs the states of all positions.
    public override bool SharesPrefixes => false;

    public override int Ahead => 0;

    public override bool IsDecoding => false;

    // What was pooled before it made room is made again.
    public override void Begin(ILanguageSequence sequence)
    {
        base.Begin(sequence);
        pooling = new TextPooling(answer.Request.Pooling);
    }

    public override EvaluationStep StepOf(int count) => new(Sequence!, Next(count), 0, pooling.Needed(count, Pending - count));

    /// <summary>Takes what a step gave; true where the text is at its end and its embedding handed over.</summary>
    public bool Add(EvaluationStep step)
    {
        for (var i = 0; i < step.Stated; i++)
            pooling.Add(step.State(i));
        if (Pending > 0)
            return false;
        answer.Rows.Write(text, pooling.Finish(answer.Request.Dimensions));
        return true;
    }
}
