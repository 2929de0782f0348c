using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Audits;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;

namespace Assay.Node.Tests.Language;

/// <summary>The traces of language models' answers (docs/spec/audits.md section 4): the logits of the answer's tokens as the reference has them.</summary>
public class AnswerTraceTests
{
    // The seed is the node's, so any token may come but those that end an answer.
    private static string Body(TinyNode tiny) =>
        $$$"""{"prompt":[3,4,5,6,7],"max_tokens":20,"temperature":1,"frequency_penalty":0.5,"n":2,"logit_bias":{{{tiny.NoEnd[..^1]}}},"9":3}}""";

    [Theory]
    [InlineData("llama", WeightType.F32)]
    [InlineData("gemma3", WeightType.Q4_K)]
    public async Task A_trace_is_that_of_the_references_logits_at_every_instruction_set_and_number_of_threads(string family, WeightType type)
    {
        await using var tiny = await TinyNode.OpenAsync(family, type);
        var bundle = await tiny.BundleAsync(Body(tiny));
        var expected = AuditTrace.OfLogits([.. LogitsOf(tiny, bundle)]);
        foreach (var isa in Isas.Supported)
            foreach (var threads in (int[])[1, 2])
            {
                var replay = await tiny.ReplayAsync(bundle, threads, isa);
                Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
                Assert.Equal(expected, replay.Trace);
            }
    }

    [Fact]
    public async Task A_trace_ends_with_the_first_token_that_differs_and_has_nothing_where_nothing_was_run()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var bundle = await tiny.BundleAsync(Body(tiny).Replace("\"n\":2,", "", StringComparison.Ordinal));
        bundle = bundle with { Disclosures = bundle.Disclosures with { WireInput = null } };
        foreach (var id in (uint[])[11, 100_000])
        {
            var other = TinyNode.WithToken(bundle, 4, t => t with { Id = t.Id == id ? id + 1 : id });
            var replay = await tiny.ReplayAsync(other);
            Assert.Equal((ReplayStatus.Diverged, 4), (replay.Status, replay.Token?.Position));
            Assert.Equal(AuditTrace.OfLogits([.. LogitsOf(tiny, other).Take(5)]), replay.Trace);
        }
        var counted = await tiny.ReplayAsync(TinyNode.With(bundle, r => r with { Parameters = AnswerParametersFormat.Write(AnswerParametersFormat.Read(r.Parameters) with { PromptTokens = 9 }) }));
        Assert.Equal((ReplayStatus.Diverged, AuditTrace.None), (counted.Status, counted.Trace!.Value));
        Assert.Null((await tiny.ReplayAsync(bundle with { Disclosures = Disclosures.Nothing })).Trace);
    }

    [Fact]
    public async Task The_trace_of_embeddings_is_of_their_numbers()
    {
        await using var tiny = await TinyNode.OpenAsync("qwen3", WeightType.Q8_0, keys: EmbeddedTextsTests.Pooled("qwen3", Pooling.Mean));
        var made = await tiny.EmbedAsync("""{"input":[[3,4,5],[6]]}""");
        var bundle = await tiny.Node.BundleAsync(made.Receipt);
        var replay = await tiny.ReplayAsync(bundle);
        Assert.Equal(AuditTrace.OfValues([Sha256.Of(bundle.Disclosures.Output!.Bytes.Span)]), replay.Trace);
    }

    // Choice after choice, each token after the prompt and those before it. A token that no vocabulary has ends a choice.
    private static IEnumerable<float> LogitsOf(TinyNode tiny, Bundle bundle)
    {
        var model = tiny.Node.LoadLanguage(tiny.Model).Model;
        var prompt = PromptTokens.Decode(bundle.Disclosures.Input!.Bytes.Span);
        var bytes = bundle.Disclosures.Output!.Bytes.ToArray();
        var tokens = OutputCommitment.Pieces(OutputKind.Tokens, bytes).Select(range => (int)OutputToken.Parse(bytes.AsSpan(range)).Id).ToList();
        foreach (var choice in TinyNode.ParametersOf(bundle).Choices)
        {
            int[] all = [.. prompt, .. tokens.Take((int)choice.Tokens)];
            tokens.RemoveRange(0, (int)choice.Tokens);
            var known = all.TakeWhile(id => (uint)id < (uint)model.Architecture.VocabularySize).ToArray();
            var scores = ReferenceLanguage.Scores(model.Architecture, model.Weights, known);
            for (var at = prompt.Length; at < all.Length; at++)
                yield return at < known.Length ? scores[at - 1][all[at]] : float.NaN;
        }
    }
}
