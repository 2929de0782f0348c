using System.Runtime.InteropServices;
using Assay.Engine.Language.Sampling;

namespace Assay.Engine.Language.Generation;

/// <summary>A request on its way through the generator.</summary>
internal sealed class Answer(GenerationRequest request, GenerationStream stream)
{
    public GenerationRequest Request => request;

    public GenerationStream Stream => stream;

    /// <summary>Shared by the choices.</summary>
    public StopTexts Stops { get; } = new(request.Stop);

    /// <summary>Choices that have not ended.</summary>
    public int Open { get; set; } = request.Choices;
}

/// <summary>One choice of an answer: its tokens, and what has been evaluated of them.</summary>
/// <param name="order">Counts choices as they begin: the youngest is the first to make room.</param>
internal sealed class ChoiceRun(Answer answer, ChoiceDecoder decoder, long order)
{
    public Answer Answer => answer;

    public ChoiceDecoder Decoder => decoder;

    public long Order => order;

    /// <summary>The prompt's and those that were made.</summary>
    public List<int> Tokens { get; } = [.. answer.Request.Prompt];

    /// <summary>Null before the choice has begun, and while it has made room for others.</summary>
    public ILanguageSequence? Sequence { get; set; }

    /// <summary>Whether the other choices of the request wait for this one to go through the prompt.</summary>
    public bool Leads { get; set; }

    public int Evaluated => Sequence?.Length ?? 0;

    public int Pending => Tokens.Count - Evaluated;

    public EvaluationStep StepOf(int tokens) => new(
        Sequence!, Tokens.GetRange(Evaluated, tokens).ToArray(), tokens == Pending ? 1 : 0);

    public ReadOnlySpan<int> AllTokens => CollectionsMarshal.AsSpan(Tokens);
}
