using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Json;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>
/// Makes the answer of a language model again, token by token, from our own scores: in a prompt's time, since the tokens are known. The
/// request's body, where it is shown, must give the very prompt and parameters that the receipt says.
/// </summary>
/// <remarks>
/// Whoever hands in another model than the receipt names learns where its answer parts from the receipt's. The result then never is
/// <see cref="ReplayStatus.Reproduced"/>, has <see cref="ReplayResult.OtherModel"/>, and is no word against the node.
/// </remarks>
public static class LanguageReplay
{
    /// <exception cref="MalformedException">The bundle, or what it discloses, is not what its format says.</exception>
    public static async Task<ReplayResult> RunAsync(Bundle bundle, LanguageReplayTools tools, CancellationToken cancel)
    {
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        ReplayResult Unverifiable(string why) => new(ReplayStatus.Unverifiable, why, receipt, null);

        if (Missing(bundle, receipt) is { } missing)
            return Unverifiable(missing);
        if (tools.Model(receipt.Model.Manifest) is not { } model)
            return Unverifiable(
                $"the model {receipt.Model.Name}@{receipt.Model.Version} (sha256:{receipt.Model.Manifest.ToHex()}) is not in this store: `assay import` it, or name it with --model");
        var isOther = model.Claim.Manifest != receipt.Model.Manifest;
        var result = NotComparable(receipt, model, isOther) is { } reason ? Unverifiable(reason)
            : !isOther && receipt.Model.Language != model.Claim.Language
                ? new ReplayResult(ReplayStatus.Diverged, "the receipt says another quantisation, tokenizer or chat template than the model it names has", receipt, null)
            : EmbeddingReplay.Owns(receipt) ? await EmbeddingReplay.RunAsync(bundle, receipt, model, isOther, tools, cancel).ConfigureAwait(false)
            : await RunAsync(bundle, receipt, model, isOther, tools, cancel).ConfigureAwait(false);
        return isOther ? result with { OtherModel = model.Claim.Manifest } : result;
    }

    private static async Task<ReplayResult> RunAsync(
        Bundle bundle, Receipt receipt, RunnableLanguageModel model, bool isOther, LanguageReplayTools tools, CancellationToken cancel)
    {
        ReplayResult Unverifiable(string why) => new(ReplayStatus.Unverifiable, why, receipt, null);
        ReplayResult Diverged(string how, AnswerComparison? run = null) =>
            new(ReplayStatus.Diverged, how, receipt, null) { Token = run?.Difference, Trace = run?.Trace ?? AuditTrace.None };

        AnswerParameters parameters;
        ulong counted;
        try
        {
            parameters = AnswerParametersFormat.Read(receipt.Parameters);
            counted = AnswerParametersFormat.UsageOf(receipt.Parameters);
        }
        catch (MalformedException e)
        {
            return Unverifiable($"the receipt's parameters are not those of a language model: {e.Message}");
        }
        if (parameters.Void == VoidReason.Lost)
            return Unverifiable("the record is void: its answer was lost with the process that made it");
        var prompt = PromptTokens.Decode(bundle.Disclosures.Input!.Bytes.Span);
        var tokens = Tokens(bundle.Disclosures.Output!.Bytes.Span);
        if (parameters.Seed is SeedClaim.Node seed && seed.Key == receipt.Issuer.KeyId && seed.Ticket != parameters.Ticket)
            return Diverged($"the seed is that of ticket {seed.Ticket}, and the answer has ticket {parameters.Ticket}");
        if (parameters.Choices.Length != parameters.N || parameters.Choices.Aggregate(0UL, (sum, c) => sum + c.Tokens) != (ulong)tokens.Count
            || parameters.PromptTokens != (ulong)prompt.Length)
            return Diverged($"the receipt counts {parameters.PromptTokens} and {parameters.CompletionTokens} tokens of {parameters.N} choices, and has {prompt.Length} and {tokens.Count}");
        if (counted != (ulong)tokens.Count)
            return Diverged($"the receipt's usage counts {counted} tokens of the answer, and it has {tokens.Count}");
        if (OtherFingerprint(receipt, parameters.SystemFingerprint) is { } fingerprint)
            return Diverged(fingerprint);
        var walk = new AnswerComparison(parameters, tokens, model.Model.Tokenizer);
        if (walk.EmptyChoice is { } empty)
            return Diverged(empty);
        try
        {
            var wire = WireCheck.Of(bundle, receipt, parameters, prompt, model, isOther);
            if (parameters.Grammar is not null && wire.Asked is null)
                return wire.Difference is { } asked ? Diverged(asked)
                    : Unverifiable($"the answer was constrained by a grammar, and {wire.Note ?? "the request that holds its schema is not shown"}");
            var request = RequestOf(parameters, prompt, receipt.ClientNonce, bundle.Disclosures.Input.Bytes.Span) with { Grammar = wire.Asked?.Grammar, End = wire.Asked?.End };
            await Task.Run(() => Walk(walk, request, model, tools, cancel), cancel).ConfigureAwait(false);
            // The token that shows it comes first, and then what the request says of it.
            string?[] found = [walk.Difference?.What, wire.Difference, walk.Difference is null ? walk.CallsDifference(wire.Tools) ?? walk.WordsDifference() : null];
            var note = string.Concat(new[] { wire.Note, OtherKey(parameters, receipt) }.Select(n => n is null ? "" : $"; {n}"));
            return Array.Exists(found, f => f is not null) ? Diverged(string.Join("; ", found.OfType<string>()), walk)
                : isOther ? Diverged($"the model is not the one that the receipt names; its {tokens.Count} tokens are the same{note}", walk)
                : new ReplayResult(ReplayStatus.Reproduced, $"{Same(parameters, tokens.Count)}{note}", receipt, null) { Trace = walk.Trace };
        }
        catch (ModelException e)
        {
            return Unverifiable($"the model cannot be run on that prompt here: {e.Message}");
        }
    }

    private static string Same(AnswerParameters parameters, int tokens) =>
        parameters.Void is null ? $"{tokens} tokens are the same"
        : tokens == 0 ? "the record is void: no token was made before it was broken off"
        : $"the record is void: the {tokens} tokens that were made before it was broken off are the same";

    /// <summary>What is wrong with a receipt's system_fingerprint, which follows from what else it says; null for nothing.</summary>
    internal static string? OtherFingerprint(Receipt receipt, string claimed) =>
        ModelDigests.FingerprintOf(receipt.Model.Manifest, receipt.Execution) is var made && made != claimed
            ? $"the receipt's system_fingerprint is {StrictJson.Shown(claimed)}, and its model, engine and profile make {made}"
            : null;

    // A key may be replaced while an answer is being made. Whether this one was cannot be told from one receipt, and who can choose the seed picks the answer.
    private static string? OtherKey(AnswerParameters parameters, Receipt receipt) => parameters.Seed is SeedClaim.Node seed && seed.Key != receipt.Issuer.KeyId
        ? $"the seed is of another serving key ({seed.Key.ToHex()[..8]}…), and this bundle does not show that the answer was begun under it"
        : null;

    // Token ids are compared, so they have to stand for the same texts.
    private static string? NotComparable(Receipt receipt, RunnableLanguageModel model, bool isOther)
    {
        if (!isOther)
            return model.Graph == receipt.Execution.Graph ? null : "this version reads the model as another architecture than the receipt names";
        var (theirs, ours) = (receipt.Model.Language?.Tokenizer, ModelDigests.TokenizerOf(model.Model.Tokenizer));
        return theirs == ours ? null
            : $"the model given has another tokenizer (sha256:{ours.ToHex()}) than the receipt names ({(theirs is { } hash ? "sha256:" + hash.ToHex() : "none")}): token ids mean other texts, and nothing can be compared";
    }

    private static void Walk(AnswerComparison walk, GenerationRequest request, RunnableLanguageModel model, LanguageReplayTools tools, CancellationToken cancel)
    {
        var vocabulary = model.Model.Architecture.VocabularySize;
        var choices = walk.Choices(vocabulary);
        _ = request.Within(vocabulary, model.Model.Architecture.ContextLength);
        var longest = request.Prompt.Length + choices.Max(c => c.Length) + 1;
        using var evaluator = tools.Open(model, request.Choices, Math.Min(longest, model.Model.Architecture.ContextLength));
        TeacherForcing.Run(evaluator, model.Model.Tokenizer, request, choices, walk.Look, cancel);
    }

    private static GenerationRequest RequestOf(AnswerParameters p, int[] prompt, string? nonce, ReadOnlySpan<byte> input) => new()
    {
        Prompt = [.. prompt],
        Seed = p.Seed.Derive(nonce, input),
        Sampler = p.Sampler,
        MaxTokens = p.MaxTokens,
        Choices = p.N,
        Stop = p.Stop,
        Alternatives = p.Alternatives,
    };

    /// <summary>Whether a receipt is that of a language model: of tokens, or of embeddings.</summary>
    public static bool Owns(Receipt receipt) => receipt.Output.Kind == OutputKind.Tokens || EmbeddingReplay.Owns(receipt);

    // By what went in; null of what no language model takes.
    private static OutputKind? KindOf(Receipt receipt) => receipt.Input.MediaType switch
    {
        PromptTokens.MediaType => OutputKind.Tokens,
        PromptTokens.ListMediaType => OutputKind.Tensors,
        _ => null,
    };

    private static string? Missing(Bundle bundle, Receipt receipt)
    {
        if (receipt.Execution.Profile != LanguageEngine.Profile)
            return $"the receipt follows the profile {receipt.Execution.Profile[..Math.Min(12, receipt.Execution.Profile.Length)]}…, this engine {LanguageEngine.Profile[..12]}…";
        if (receipt.Output.Kind != KindOf(receipt))
            return "the receipt is not that of a language model";
        if (bundle.Disclosures is not { Input: { } input, Output: { } output })
            return "the bundle does not disclose the prompt and the whole output";
        if (Commitment.OfInput(input.Salt.Span, input.Bytes.Span) != receipt.Input.Commitment || (ulong)input.Bytes.Length != receipt.Input.Length)
            return "the disclosed prompt is not the one that the receipt commits to";
        // A divergence accuses the node, so it needs the very output that the node committed to.
        return OutputCommitment.Of(receipt.Output.Kind, output.Salt.Span, output.Bytes.Span) != receipt.Output.Commitment || (ulong)output.Bytes.Length != receipt.Output.Length
            ? "the disclosed output is not the one that the receipt commits to"
            : null;
    }

    private static List<OutputToken> Tokens(ReadOnlySpan<byte> bytes)
    {
        var tokens = new List<OutputToken>();
        foreach (var range in OutputCommitment.Pieces(OutputKind.Tokens, bytes))
            tokens.Add(OutputToken.Parse(bytes[range]));
        return tokens;
    }
}
