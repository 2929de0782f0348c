using System.Collections.Immutable;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Verify;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Language;

/// <summary>
/// Makes embeddings again from the texts' token ids and compares them bit for bit. The request's body, where it is shown, must give those
/// very ids and parameters.
/// </summary>
internal static class EmbeddingReplay
{
    // Texts that go through the model together; each may hold the pages of the longest.
    private const int Together = 8;

    public static bool Owns(Receipt receipt) => receipt.Input.MediaType == PromptTokens.ListMediaType;

    /// <param name="model">Found by the receipt, or handed in.</param>
    /// <param name="isOther">Whether it is another than the receipt names.</param>
    public static async Task<ReplayResult> RunAsync(Bundle bundle, Receipt receipt, RunnableLanguageModel model, bool isOther, LanguageReplayTools tools, CancellationToken cancel)
    {
        ReplayResult Unverifiable(string why) => new(ReplayStatus.Unverifiable, why, receipt, null);
        ReplayResult Diverged(string how, Hash? trace = null) => new(ReplayStatus.Diverged, how, receipt, null) { Trace = trace ?? AuditTrace.None };

        EmbeddingParameters parameters;
        try
        {
            parameters = EmbeddingParameters.Read(receipt.Parameters);
        }
        catch (MalformedException e)
        {
            return Unverifiable($"the receipt's parameters are not those of embeddings: {e.Message}");
        }
        var texts = PromptTokens.DecodeList(bundle.Disclosures.Input!.Bytes.Span);
        if (parameters.Texts != (ulong)texts.Length || parameters.PromptTokens != (ulong)texts.Sum(t => (long)t.Length))
            return Diverged($"the receipt counts {parameters.Texts} texts of {parameters.PromptTokens} tokens, and has {texts.Length} of {texts.Sum(t => (long)t.Length)}");
        if (LanguageReplay.OtherFingerprint(receipt, parameters.SystemFingerprint) is { } fingerprint)
            return Diverged(fingerprint);
        if (parameters.Pooling != model.Model.Pooling)
            return Diverged($"the receipt's pooling is {parameters.Pooling.Name()}, the model's {model.Model.Pooling?.Name() ?? "none"}");
        try
        {
            var (body, note) = WireCheck.Shown(bundle, receipt);
            if (body is { } wire && Difference(RequestReader.ReadEmbedding(wire, model), parameters, texts) is { } other)
                return Diverged(other);
            if (parameters.Void is not null)
                return Unverifiable("the record is void: no embeddings came of the request");
            var request = new EmbeddingRequest
            {
                Texts = [.. texts.Select(t => t.ToImmutableArray())], Pooling = parameters.Pooling, Dimensions = (int)Math.Min(parameters.Dimensions, int.MaxValue),
            };
            var rows = await MakeAsync(request, model, tools, cancel).ConfigureAwait(false);
            var same = $"{rows.Length} embeddings of {rows[0].Length} numbers are the same{(note is null ? "" : $"; {note}")}";
            var (theirs, ours) = (bundle.Disclosures.Output!.Bytes, EmbeddingTensors.Of(rows));
            var encoded = TensorEncoding.Encode(ours);
            var trace = AuditTrace.OfValues([Sha256.Of(encoded)]);
            return !theirs.Span.SequenceEqual(encoded) ? Diverged(Replay.Difference(theirs.Span, ours), trace)
                : isOther ? Diverged($"the model is not the one that the receipt names; its {same}", trace)
                : new ReplayResult(ReplayStatus.Reproduced, same, receipt, ours) { Trace = trace };
        }
        catch (ModelException e)
        {
            return Unverifiable($"the model cannot be run on those texts here: {e.Message}");
        }
    }

    private static async Task<float[][]> MakeAsync(EmbeddingRequest request, RunnableLanguageModel model, LanguageReplayTools tools, CancellationToken cancel)
    {
        var architecture = model.Model.Architecture;
        request.Check(architecture.VocabularySize, architecture.ContextLength, architecture.Width);
        using var generator = new Generator(tools.Open(model, Math.Min(Together, request.Texts.Length), request.Texts.Max(t => t.Length)), model.Model.Tokenizer);
        using var made = generator.Start(request, cancel);
        return await made.Rows.ConfigureAwait(false);
    }

    private static string? Difference(EmbeddingCall asked, EmbeddingParameters p, int[][] texts)
    {
        if (asked.Request.Texts.Length != texts.Length)
            return $"the request has {asked.Request.Texts.Length} texts, the receipt {texts.Length}";
        for (var i = 0; i < texts.Length; i++)
            if (!asked.Request.Texts[i].AsSpan().SequenceEqual(texts[i]))
                return $"the request gives other tokens of text {i} than the receipt has: they differ at token {asked.Request.Texts[i].AsSpan().CommonPrefixLength(texts[i])}";
        return (ulong)asked.Request.Dimensions != p.Dimensions ? $"the request asks for {asked.Request.Dimensions} dimensions, the receipt has {p.Dimensions}"
            : asked.Encoding != p.Encoding ? $"the request asks for the encoding {asked.Encoding}, the receipt has {p.Encoding}"
            : null;
    }
}
