using Assay.Engine.Language;
using Assay.Engine.Language.Generation;
using Assay.Engine.Models;
using Assay.Engine.Numerics;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Answers;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Language;

/// <summary>Answers of language models: signed, in the log, and made again from their receipts.</summary>
public class LanguageAnswerTests
{
    private const string Sampled = """{"prompt":[3,4,5,6,7],"max_tokens":24,"temperature":0.8,"top_p":0.9,"logit_bias":{"2":-100},"logprobs":2}""";

    [Theory]
    [InlineData("llama", WeightType.F32)]
    [InlineData("qwen3", WeightType.Q8_0)]
    [InlineData("gemma3", WeightType.Q4_K)]
    public async Task Receipt_is_accepted_and_its_answer_is_reproduced_at_every_instruction_set_and_number_of_threads(string family, WeightType type)
    {
        await using var tiny = await TinyNode.OpenAsync(family, type);
        // The seed is the node's, so any token may come but those that end an answer.
        var finished = await tiny.AnswerAsync(Sampled.Replace("{\"2\":-100}", tiny.NoEnd, StringComparison.Ordinal), nonce: "mine");
        var bundle = await tiny.Node.BundleAsync(finished.Receipt);
        tiny.Test.AssertAccepted(bundle);
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        Assert.Equal((type.ToString(), "gguf", 24UL, "mine"), (receipt.Model.Language!.Quantization, receipt.Model.Format, receipt.Output.Tokens, receipt.ClientNonce));
        foreach (var isa in Isas.Supported)
            foreach (var threads in (int[])[1, 2])
            {
                var replay = await tiny.ReplayAsync(bundle, threads, isa);
                Assert.True(replay.Status == ReplayStatus.Reproduced, $"{isa} {threads}: {replay.Detail}");
            }
    }

    [Fact]
    public async Task Context_is_no_longer_than_the_cache_has_room_for()
    {
        await using var roomy = await TinyNode.OpenAsync(context: 1024);
        var bytes = LanguageSession.CacheBytesFor(roomy.Node.LoadLanguage(roomy.Model).Model.Architecture, 128);
        await using var tiny = await TinyNode.OpenAsync(context: 1024, options: o => o with { Language = o.Language with { Session = o.Language.Session with { CacheBytes = bytes } } });
        Assert.Equal((1024, 128), (roomy.Node.ContextOf(roomy.Node.LoadLanguage(roomy.Model)), tiny.Node.ContextOf(tiny.Node.LoadLanguage(tiny.Model))));
        // As many as there is room for, which is what a chat asks for that names no number.
        var bundle = await tiny.BundleAsync("""{"prompt":[3,4,5,6,7],"max_tokens":100000,"temperature":0,"logit_bias":{"2":-100}}""");
        Assert.Equal((123, 123UL), (TinyNode.ParametersOf(bundle).MaxTokens, TinyNode.ParametersOf(bundle).CompletionTokens));
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
    }

    [Fact]
    public async Task Answers_made_together_are_reproduced_one_by_one()
    {
        await using var tiny = await TinyNode.OpenAsync(threads: 2);
        var bodies = Enumerable.Range(0, 8).Select(i => $$"""{"prompt":[3,4,{{5 + i}},9],"max_tokens":{{10 + 3 * i}},"temperature":1,"n":{{1 + i % 3}},"seed":{{i}}}""").ToList();
        var together = await Task.WhenAll(bodies.Select(b => tiny.AnswerAsync(b)));
        for (var i = 0; i < bodies.Count; i++)
        {
            var bundle = await tiny.Node.BundleAsync(together[i].Receipt);
            Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
            // A seed that the caller chose gives the same answer again, alone.
            Assert.Equal(together[i].Answer.Bytes, (await tiny.AnswerAsync(bodies[i])).Answer.Bytes);
        }
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (ulong)i), (await tiny.AllAsync()).Select(b => TinyNode.ParametersOf(b).Ticket).Order());
        tiny.Test.Fold();
    }

    [Fact]
    public async Task Without_a_seed_equal_requests_get_answers_of_their_own()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var (one, two) = (await tiny.AnswerAsync(Sampled), await tiny.AnswerAsync(Sampled));
        Assert.NotEqual(one.Answer.Bytes, two.Answer.Bytes);
    }

    [Fact]
    public async Task What_was_changed_diverges_at_the_token_that_shows_it()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var finished = await tiny.AnswerAsync(Sampled[..^1] + ",\"seed\":3}");
        var bundle = await tiny.Node.BundleAsync(finished.Receipt);
        var letter = ((char)finished.Answer.Texts[0].First(b => b is > 32 and < 127)).ToString();
        async Task DivergesAsync(Bundle changed, string says)
        {
            var replay = await tiny.ReplayAsync(changed);
            Assert.Equal(ReplayStatus.Diverged, replay.Status);
            Assert.Contains(says, replay.Detail, StringComparison.Ordinal);
        }

        // The request's body says otherwise.
        await DivergesAsync(Change(bundle, p => p with { Sampler = p.Sampler with { Temperature = 0.7f } }), "other sampling parameters");
        await DivergesAsync(Change(bundle, p => p with { Tools = new ToolReading(ToolCallFormat.List, false, System.Collections.Immutable.ImmutableSortedDictionary<uint, string>.Empty) }), "other tools");
        // Without the body, its own scores tell.
        var bodiless = bundle with { Disclosures = bundle.Disclosures with { WireInput = null } };
        await DivergesAsync(Change(bodiless, p => p with { Sampler = p.Sampler with { Temperature = 0 } }), "token ");
        await DivergesAsync(Change(bodiless, p => p with { Seed = new SeedClaim.Client(4) }), "token ");
        await DivergesAsync(Change(bodiless, p => p with { Stop = [letter] }), "token ");
        await DivergesAsync(Change(bodiless, p => p with { Alternatives = 1 }), "token 0 of 24");
        await DivergesAsync(Change(bodiless, p => p with { MaxTokens = 30 }), "token 23 of 24: the receipt's answer ends here (length), ours goes on");
        await DivergesAsync(Change(bodiless, p => p with { Choices = [p.Choices[0] with { FinishReason = "stop" }] }), "token 23 of 24");
        foreach (var at in (int[])[0, 11, 23])
        {
            await DivergesAsync(TinyNode.WithToken(bodiless, at, t => t with { Id = t.Id == 7 ? 8u : 7u }), $"token {at} of 24: the receipt has");
            await DivergesAsync(TinyNode.WithToken(bodiless, at, t => t with { Text = new byte[] { 1 } }), $"token {at} of 24: the receipt emits");
            await DivergesAsync(TinyNode.WithToken(bodiless, at, t => t with { LogProbabilities = t.LogProbabilities.SetItem(0, t.LogProbabilities[0] ^ 1) }), $"token {at} of 24: the receipt's log-prob");
        }
    }

    [Fact]
    public async Task Other_weights_diverge_and_an_absent_model_or_prompt_cannot_be_judged()
    {
        await using var tiny = await TinyNode.OpenAsync("llama", WeightType.Q8_0);
        await using var other = await TinyNode.OpenAsync("llama", WeightType.Q4_0);
        var bundle = await tiny.BundleAsync(Sampled);
        // The other node's weights under this one's claim.
        var (mine, its) = (tiny.Node.LoadLanguage(tiny.Model), other.Node.LoadLanguage(other.Model));
        var forged = TinyNode.With(bundle, r => r with { Execution = r.Execution with { Graph = its.Graph } });
        var replay = await LanguageReplay.RunAsync(forged, LanguageReplayTools.Local(_ => its with { Claim = mine.Claim }), default);
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.Equal(ReplayStatus.Unverifiable, (await LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(_ => null), default)).Status);
        Assert.Equal(ReplayStatus.Unverifiable, (await tiny.ReplayAsync(bundle with { Disclosures = Disclosures.Nothing })).Status);
    }

    [Fact]
    public async Task Caller_that_leaves_leaves_a_void_and_no_ticket_is_missing()
    {
        await using var tiny = await TinyNode.OpenAsync(generator: new GeneratorOptions { Buffered = 4 });
        await tiny.AnswerAsync(Sampled);
        await using (var answer = await tiny.BeginAsync("""{"prompt":[3,4,5],"max_tokens":200,"temperature":1,"logit_bias":{"2":-100},"seed":3}"""))
        {
            var read = 0;
            await foreach (var _ in answer.ReadAllAsync())
                if (++read == 7)
                    break;
        }
        await tiny.AnswerAsync(Sampled);
        var bundles = await tiny.AllAsync();
        var all = bundles.Select(TinyNode.ParametersOf).ToList();
        Assert.Equal([0UL, 1, 2], all.Select(p => p.Ticket));
        Assert.Equal([null, VoidReason.Cancelled, null], all.Select(p => p.Void));
        Assert.Equal(new ChoiceClaim(7, "none", 0), all[1].Choices[0]);
        tiny.Test.Fold();
        tiny.Test.AssertAccepted(bundles[1]);
        // What was made before can be judged all the same.
        var replay = await tiny.ReplayAsync(bundles[1]);
        Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
        Assert.Equal("the record is void: the 7 tokens that were made before it was broken off are the same", replay.Detail);
        Assert.Equal([null, new VoidRecord(1, VoidReason.Cancelled, 7), null], bundles.Select(b => VoidRecord.Of(Receipt.Parse(b.Envelope.Payload.Span))));
    }

    [Fact]
    public async Task Answer_that_was_under_way_when_the_node_ended_is_void_when_it_starts_again()
    {
        await using var tiny = await TinyNode.OpenAsync();
        await tiny.AnswerAsync(Sampled);
        _ = await tiny.BeginAsync(Sampled);
        await tiny.Test.ReopenAsync();
        await tiny.AnswerAsync(Sampled);
        var bundles = await tiny.AllAsync();
        var all = bundles.Select(TinyNode.ParametersOf).ToList();
        Assert.Equal([(0UL, null), (1, VoidReason.Lost), (2, (VoidReason?)null)], all.Select(p => (p.Ticket, p.Void)));
        tiny.Test.Fold();
        Assert.Equal(ReplayStatus.Unverifiable, (await tiny.ReplayAsync(bundles[1])).Status);
        Assert.Equal(new VoidRecord(1, VoidReason.Lost, 0), VoidRecord.Of(Receipt.Parse(bundles[1].Envelope.Payload.Span)));
    }

    [Fact]
    public async Task Thousand_callers_that_leave_leave_no_page_behind()
    {
        await using var tiny = await TinyNode.OpenAsync(generator: new GeneratorOptions { Kept = 0 });
        for (var round = 0; round < 100; round++)
            await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
            {
                await using var answer = await tiny.BeginAsync("""{"prompt":[3,4,5],"max_tokens":200,"temperature":1,"logit_bias":{"2":-100}}""");
                var read = 0;
                await foreach (var _ in answer.ReadAllAsync())
                    if (++read > i)
                        break;
            }));
        Assert.True(SpinWait.SpinUntil(() => tiny.Node.FiguresOf(tiny.Model) is { Running: 0, Parked: 0, Waiting: 0 }, TimeSpan.FromSeconds(20)));
        var figures = tiny.Node.FiguresOf(tiny.Model)!.Value;
        Assert.Equal(figures.Pages, figures.FreePages);
        await tiny.Node.BundleAsync((await tiny.AnswerAsync(Sampled)).Receipt);
        Assert.Equal(1001UL, tiny.Test.Fold().Keys.Values.Single().Receipts);
    }

    [Fact]
    public async Task What_cannot_be_answered_takes_no_ticket()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var endless = string.Join(',', Enumerable.Repeat("3", 200_000));
        var refused = await Assert.ThrowsAsync<ModelException>(() => tiny.BeginAsync($$"""{"prompt":[{{endless}}]}"""));
        Assert.Contains("a prompt of 200000 tokens: the context has room for 256", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelException>(() => tiny.BeginAsync("""{"prompt":[3],"temperature":9}"""));
        await tiny.AnswerAsync(Sampled);
        Assert.Equal([0UL], (await tiny.AllAsync()).Select(b => TinyNode.ParametersOf(b).Ticket));
    }

    [Fact]
    public async Task Texts_beside_log_probabilities_are_the_vocabularys()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var finished = await tiny.AnswerAsync(Sampled[..^1] + ",\"seed\":3}");
        var bundle = await tiny.Node.BundleAsync(finished.Receipt);
        Assert.Equal(finished.Words!.Digest(), TinyNode.ParametersOf(bundle).Words);
        var shown = bundle.Disclosures.Output!.Bytes;
        var ids = OutputCommitment.Pieces(OutputKind.Tokens, shown.Span).SelectMany(range => TokenWords.NamedIn(OutputToken.Parse(shown.Span[range]))).Distinct().ToList();
        Assert.Equal(ids.Count, finished.Words.Count);
        Assert.All(ids, id => Assert.Equal(tiny.Node.LoadLanguage(tiny.Model).Model.Tokenizer.Text((int)id), finished.Words.Find(id)!.Text));
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
        var other = await tiny.ReplayAsync(Change(bundle, p => p with { Words = Sha256.Of("other"u8) }));
        Assert.Equal(ReplayStatus.Diverged, other.Status);
        Assert.Contains("vocabulary", other.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Span_of_tokens_can_be_shown_alone()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var span = (await tiny.BundleAsync(Sampled[..^1] + ",\"seed\":3}")).DiscloseOutputSpan(3, 4);
        var report = tiny.Test.Verify(span);
        Assert.Equal(AxisStatus.Unverifiable, report[Axis.Output].Status);
        Assert.Equal(4, span.Disclosures.Span!.Pieces.Length);
        Assert.All(span.Disclosures.Span.Pieces, p => Assert.True(OutputToken.Parse(p.Bytes.Span).Id < 1 << 16));
    }

    private static Bundle Change(Bundle bundle, Func<AnswerParameters, AnswerParameters> change) => TinyNode.With(
        bundle, r => r with { Parameters = AnswerParametersFormat.Write(change(AnswerParametersFormat.Read(r.Parameters))) });
}
