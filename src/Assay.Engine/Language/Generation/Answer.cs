using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Generation;

/// <summary>A request on its way through the generator.</summary>
internal abstract class Answer(string caller, AnswerStream stream)
{
    public string Caller => caller;

    public AnswerStream Stream => stream;

    /// <summary>Whether there is more of it to begin than the run that begins next.</summary>
    public abstract bool HasMore { get; }

    /// <summary>What of it begins next.</summary>
    /// <param name="order">Counts runs as they begin.</param>
    public abstract SequenceRun NextRun(Tokenizer tokenizer, TokenSampler sampler, long order);

    /// <summary>The run that <see cref="NextRun"/> gave has begun.</summary>
    public abstract void Began(SequenceRun run);
}

/// <summary>A request for one answer, or several choices of it.</summary>
internal sealed class ChoiceAnswer(GenerationRequest request, GenerationStream tokens) : Answer(request.Caller, tokens)
{
    private readonly StopTexts stops = new(request.Stop);

    public GenerationRequest Request => request;

    public GenerationStream Tokens => tokens;

    /// <summary>Choices that have not ended.</summary>
    public int Open { get; set; } = request.Choices;

    // The other choices follow from the first.
    public override bool HasMore => false;

    public override SequenceRun NextRun(Tokenizer tokenizer, TokenSampler sampler, long order) =>
        RunOf(tokenizer, sampler, 0, order, leads: request.Choices > 1);

    public override void Began(SequenceRun run) => tokens.ReusedTokens = run.Evaluated;

    /// <summary>One choice.</summary>
    public ChoiceRun RunOf(Tokenizer tokenizer, TokenSampler sampler, int choice, long order, bool leads = false) =>
        new(this, new ChoiceDecoder(request, tokenizer, sampler, stops, choice), order) { Leads = leads };
}

/// <summary>A request for embeddings: each text begins when its turn comes.</summary>
internal sealed class EmbeddingAnswer(EmbeddingRequest request, EmbeddingStream rows) : Answer(request.Caller, rows)
{
    private int begun;

    public EmbeddingRequest Request => request;

    public EmbeddingStream Rows => rows;

    public override bool HasMore => begun < request.Texts.Length - 1;

    public override SequenceRun NextRun(Tokenizer tokenizer, TokenSampler sampler, long order) => new EmbeddingRun(this, begun, order);

    public override void Began(SequenceRun run) => begun++;
}
