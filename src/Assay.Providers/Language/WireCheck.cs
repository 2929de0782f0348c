using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Relays;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>What the request's own bytes say of an answer.</summary>
/// <param name="Difference">Where they give another prompt, or other parameters, than the receipt says.</param>
/// <param name="Note">What could not be told.</param>
/// <param name="Asked">What they ask for, where its grammar, or the call that ends it, is that of the receipt; else null.</param>
/// <param name="Tools">That they offer.</param>
internal sealed record WireCheck(string? Difference, string? Note, GenerationRequest? Asked, OfferedTools? Tools = null)
{
    /// <param name="isOther">Whether the model is another than the receipt names: its template may then make another prompt of the request, which is no difference.</param>
    public static WireCheck Of(Bundle bundle, Receipt receipt, AnswerParameters p, int[] prompt, RunnableLanguageModel model, bool isOther)
    {
        var (shown, unshown) = Shown(bundle, receipt);
        if (shown is not { } body)
            return new WireCheck(null, unshown, null);
        LanguageRequest request;
        try
        {
            request = RequestReader.Read(p.Api, body, model, p.TemplateClock ?? DateTimeOffset.UnixEpoch);
        }
        catch (ModelException e) when (isOther)
        {
            return new WireCheck(null, $"the model given cannot read the request ({e.Message}), so the prompt was taken as it is", null);
        }
        var asked = request.Generation;
        var at = asked.Prompt.AsSpan().CommonPrefixLength(prompt);
        var differs = at < Math.Max(prompt.Length, asked.Prompt.Length)
            ? $"the request gives {asked.Prompt.Length} tokens of prompt, the receipt has {prompt.Length}, and they differ at token {at}"
            : null;
        var same = new (string Name, bool Is)[]
        {
            ("model", RequestReader.ModelOf(body) is not { } named || named == receipt.Model.Name || RouteClaim.IsRoute(named) && RouteClaim.ModelOf(named) == receipt.Model.Name && p.Route?.Asked == named || named == $"{receipt.Model.Name}@{receipt.Model.Version}" || named == receipt.Model.Manifest.ToHex()),
            ("sampling parameters", SameSampler(asked, p)), ("n", asked.Choices == p.N), ("stop", asked.Stop.SequenceEqual(p.Stop)),
            ("logprobs", asked.Alternatives == p.Alternatives), ("seed", request.Seed == (p.Seed as SeedClaim.Client)?.Value),
            ("tools", isOther || request.Tools?.ReadingOf(model.Model.Tokenizer) == p.Tools), ("grammar", request.Grammar == p.Grammar),
            ("templateClock", isOther || request.TemplateClock == p.TemplateClock),
            ("maxTokens", p.MaxTokens <= asked.MaxTokens),
        };
        var difference = (isOther ? null : differs)
            ?? (Array.Find(same, s => !s.Is).Name is { } name ? $"the request asks for other {name} than the receipt says" : null);
        var form = request.Grammar == p.Grammar ? asked : null;
        var note = !isOther ? EndedEarly(asked, p, model) : differs is not null ? differs + "; the receipt's was taken" : null;
        return new WireCheck(difference, note, form, request.Tools);
    }

    // How long a context a node gives is its own affair, and no receipt says it: whoever replays is told that there was room for more.
    private static string? EndedEarly(GenerationRequest asked, AnswerParameters p, RunnableLanguageModel model) =>
        Math.Min(asked.MaxTokens, model.Model.Architecture.ContextLength - asked.Prompt.Length) is var room && p.MaxTokens < room
        && p.Choices.Any(c => c.FinishReason == FinishReason.Length.Name())
            ? $"the node ended it after {p.MaxTokens} tokens, where the request and the model leave room for {room}"
            : null;

    /// <summary>The request's body; else, where one came, why it cannot be used.</summary>
    public static (ReadOnlyMemory<byte>? Body, string? Note) Shown(Bundle bundle, Receipt receipt) =>
        receipt.WireInput is not { } claim ? (null, null)
        : bundle.Disclosures.WireInput is not { } wire ? (null, "the request's body is not shown, so the prompt was taken as it is")
        : Commitment.OfWireInput(wire.Salt.Span, wire.Bytes.Span) != claim.Commitment ? (null, "the request's body that is shown is not the one that the receipt commits to")
        : (wire.Bytes, null);

    private static bool SameSampler(GenerationRequest asked, AnswerParameters p) =>
        asked.Sampler with { LogitBias = p.Sampler.LogitBias } == p.Sampler && asked.Sampler.LogitBias.SequenceEqual(p.Sampler.LogitBias);
}
