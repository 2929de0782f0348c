using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models.Tokenizers;
using Assay.Providers.Language;
using Assay.Verify.Answers;

namespace Assay.Node.Web.OpenAi;

/// <summary>What the tokens of one choice say, and how it ended.</summary>
internal sealed class AnswerText(Tokenizer tokenizer, OfferedTools? tools)
{
    private readonly AnswerReader reader = tools?.NewReader(tokenizer) ?? new AnswerReader(null, null);

    public ulong Calls { get; private set; }

    /// <summary>Why the choice ended, as the API says it; null while it goes on.</summary>
    public string? Finish { get; private set; }

    /// <summary>What more is known with one more token.</summary>
    public ToolOutput Append(GeneratedToken token)
    {
        var output = reader.Append((uint)token.Id, token.Text.Span, isLast: token.Finish is not null);
        Calls += (ulong)output.Calls.Count;
        Finish = token.Finish is not { } finish ? null : (Calls > 0 && finish == FinishReason.Stop ? FinishReason.ToolCalls : finish).Name();
        return output;
    }
}
