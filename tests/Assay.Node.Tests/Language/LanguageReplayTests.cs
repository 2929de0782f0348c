using System.Text;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Crypto;
using Assay.Verify.Json;

namespace Assay.Node.Tests.Language;

/// <summary>A replay with anything else than the answer was made with diverges at the first token that shows it, and says by how much.</summary>
public class LanguageReplayTests
{
    private const string Greedy = """{"prompt":[3,4,5,6,7],"max_tokens":24,"temperature":0,"seed":3,"logit_bias":{"2":-100}}""";

    private static readonly string Sampled = Greedy.Replace("\"temperature\":0", "\"temperature\":0.8,\"top_p\":0.9", StringComparison.Ordinal);

    [Theory]
    [InlineData("llama", WeightType.F32, 2UL, WeightType.F32)]
    [InlineData("qwen3", WeightType.Q8_0, 1UL, WeightType.Q4_0)]
    [InlineData("mixtral", WeightType.Q8_0, 3UL, WeightType.Q8_0)]
    public async Task Other_weights_diverge_at_the_first_token_that_they_choose_otherwise(string family, WeightType type, ulong seed, WeightType other)
    {
        await using var tiny = await TinyNode.OpenAsync(family, type);
        await using var its = await TinyNode.OpenAsync(family, other, seed: seed);
        foreach (var body in (string[])[Greedy, Sampled])
        {
            var bundle = await tiny.BundleAsync(body);
            var replay = await TinyNode.ReplayAsync(bundle, its.Node.LoadLanguage(its.Model));
            Assert.Equal((ReplayStatus.Diverged, its.Model.Digest), (replay.Status, replay.OtherModel!.Value));
            // What the other makes of the same request, token by token.
            var (ids, others) = (Ids(bundle), Ids(await its.BundleAsync(body)));
            var at = ids.Zip(others).TakeWhile(p => p.First == p.Second).Count();
            var token = replay.Token!;
            Assert.Equal((0, at, ids[at], others[at]), (token.Choice, token.Position, token.Theirs.Id, token.Ours.Id));
            Assert.StartsWith($"token {at} of {ids.Length}: the receipt has {ids[at]} \"", replay.Detail, StringComparison.Ordinal);
            Assert.Contains("log-probabilities: ", replay.Detail, StringComparison.Ordinal);
            Assert.Equal(token.Ours.Score - token.Theirs.Score, token.Ours.LogProbability - token.Theirs.LogProbability, 1e-4f);
            if (body == Greedy)
                Assert.True(token.Ours.Score > token.Theirs.Score);
        }
    }

    [Theory]
    [InlineData(WeightType.F16)]
    [InlineData(WeightType.BF16)]
    public async Task Other_storage_of_the_same_weights_diverges_where_a_log_probability_shows_it(WeightType type)
    {
        // The generator of tiny models draws the same numbers for these types, and rounds them.
        await using var tiny = await TinyNode.OpenAsync();
        await using var its = await TinyNode.OpenAsync(type: type);
        var bundle = await tiny.BundleAsync(Greedy[..^1] + ",\"logprobs\":1}");
        var replay = await TinyNode.ReplayAsync(bundle, its.Node.LoadLanguage(its.Model));
        Assert.Equal((ReplayStatus.Diverged, 0), (replay.Status, replay.Token!.Position));
        Assert.Contains("the receipt's log-probability of ", replay.Detail, StringComparison.Ordinal);
        Assert.NotEqual(replay.Token.Theirs.Recorded, replay.Token.Ours.LogProbability);
        Assert.Equal(replay.Token.Theirs.Recorded!.Value, replay.Token.Ours.LogProbability, 0.1f);
    }

    [Fact]
    public async Task Other_quantisation_of_a_real_model_diverges()
    {
        var (f32, q8) = (TestData.Require("llm/stories260K/stories260K-f32.gguf"), TestData.Require("llm/stories260K/stories260K-q8_0.gguf"));
        await using var tiny = await TinyNode.OpenAsync(q8, threads: 2);
        await using var its = await TinyNode.OpenAsync(f32, threads: 2);
        var bundle = await tiny.BundleAsync("""{"prompt":"Once upon a time","max_tokens":200,"temperature":0.8,"top_p":0.9,"seed":1}""");
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
        var replay = await TinyNode.ReplayAsync(bundle, its.Node.LoadLanguage(its.Model));
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.NotEqual(replay.Token!.Theirs.Id, replay.Token.Ours.Id);
        TestContext.Current.TestOutputHelper?.WriteLine(replay.Detail);
    }

    [Fact]
    public async Task Another_model_whose_tokens_are_the_same_is_never_reproduced()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var bundle = await tiny.BundleAsync(Sampled);
        var mine = tiny.Node.LoadLanguage(tiny.Model);
        var renamed = mine with { Claim = mine.Claim with { Manifest = Sha256.Of("another file"u8) } };
        var replay = await TinyNode.ReplayAsync(bundle, renamed);
        Assert.Equal((ReplayStatus.Diverged, renamed.Claim.Manifest, null), (replay.Status, replay.OtherModel!.Value, replay.Token));
        Assert.Equal("the model is not the one that the receipt names; its 24 tokens are the same", replay.Detail);
    }

    [Fact]
    public async Task Another_familys_tokenizer_cannot_be_compared()
    {
        await using var tiny = await TinyNode.OpenAsync();
        await using var its = await TinyNode.OpenAsync("qwen3");
        var replay = await TinyNode.ReplayAsync(await tiny.BundleAsync(Sampled), its.Node.LoadLanguage(its.Model));
        Assert.Equal((ReplayStatus.Unverifiable, its.Model.Digest), (replay.Status, replay.OtherModel!.Value));
        Assert.StartsWith("the model given has another tokenizer (sha256:", replay.Detail, StringComparison.Ordinal);
    }

    /// <summary>Prompt and parameters that were changed in the receipt, the prompt and the request's body alike, and signed again.</summary>
    [Theory]
    [InlineData("\"temperature\":0.8", "\"temperature\":2")]
    [InlineData("\"temperature\":0.8", "\"temperature\":0")]
    [InlineData("\"seed\":3", "\"seed\":4")]
    [InlineData("[3,4,5,6,7]", "[3,4,5,6,8]")]
    [InlineData("[3,4,5,6,7]", "[4,5,6,7]")]
    [InlineData("\"top_p\":0.9", "\"top_p\":0.01")]
    [InlineData("\"top_p\":0.9", "\"top_p\":0.9,\"frequency_penalty\":2")]
    [InlineData("\"2\":-100", "\"2\":-100,\"300\":100")]
    public async Task What_was_asked_for_cannot_be_changed_however_consistently(string was, string now)
    {
        await using var tiny = await TinyNode.OpenAsync();
        var bundle = await tiny.BundleAsync(Sampled);
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(tiny.WithRequest(bundle, Sampled))).Status);
        var body = Sampled.Replace(was, now, StringComparison.Ordinal);
        Assert.NotEqual(Sampled, body);
        var changed = tiny.WithRequest(bundle, body);
        var replay = await tiny.ReplayAsync(changed);
        Assert.True(replay.Status == ReplayStatus.Diverged, replay.Detail);
        // The first token that an honest answer to that request has otherwise.
        var (ids, honest) = (Ids(bundle), Ids(await tiny.BundleAsync(body)));
        var at = ids.Zip(honest).TakeWhile(p => p.First == p.Second).Count();
        Assert.Equal((at, honest[at]), (replay.Token!.Position, replay.Token.Ours.Id));
        Assert.StartsWith($"token {at} of {ids.Length}: the receipt has {ids[at]} ", replay.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_that_asks_for_something_else_is_named_beside_the_token()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var bundle = await tiny.BundleAsync(Sampled);
        // The receipt's temperature is another than the body's, which is shown as it was.
        var changed = TinyNode.With(bundle, r => r with
        {
            Parameters = AnswerParametersFormat.Write(AnswerParametersFormat.Read(r.Parameters) with { Sampler = AnswerParametersFormat.Read(r.Parameters).Sampler with { Temperature = 0 } }),
        });
        var replay = await tiny.ReplayAsync(changed);
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.StartsWith("token ", replay.Detail, StringComparison.Ordinal);
        Assert.EndsWith("; the request asks for other sampling parameters than the receipt says", replay.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_of_two_choices_is_judged_too()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var bundle = await tiny.BundleAsync(Sampled[..^1] + ",\"n\":2}");
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
        var replay = await tiny.ReplayAsync(TinyNode.WithToken(bundle, 24 + 13, t => t with { Id = t.Id == 7 ? 8u : 7u }));
        Assert.Equal((ReplayStatus.Diverged, 1, 13), (replay.Status, replay.Token!.Choice, replay.Token.Position));
        Assert.StartsWith("choice 1, token 13 of 24: ", replay.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_texts_hold_the_answer_that_they_ended_and_no_other()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var free = await tiny.AnswerAsync(Sampled);
        var letter = (char)free.Answer.Texts[0].Skip(3).First(b => b is > 34 and < 127 and not (byte)'\\');
        var bundle = await tiny.BundleAsync(Sampled[..^1] + $",\"stop\":\"{letter}\"}}");
        Assert.Equal("stop", Assert.Single(TinyNode.ParametersOf(bundle).Choices).FinishReason);
        Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle)).Status);
        var replay = await tiny.ReplayAsync(tiny.WithRequest(bundle, Sampled));
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.Equal(Ids(bundle).Length - 1, replay.Token!.Position);
    }

    [Theory]
    [InlineData(""", "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object","properties":{"warm":{"type":"boolean"}},"required":["warm"],"additionalProperties":false}}}""")]
    [InlineData(""", "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"warm":{"type":"boolean"}},"required":["warm"],"additionalProperties":false}}}],"tool_choice":{"type":"function","function":{"name":"weather"}}""")]
    public async Task Constrained_answers_hold_with_the_request_that_asked_and_with_no_other(string form)
    {
        const string chat = """{"messages":[{"role":"user","content":"once upon a time"}],"max_tokens":120,"seed":7""";
        await using var tiny = await TinyNode.OpenAsync("qwen3", template: Web.OpenAi.ChatHost.Template);
        var bundle = await tiny.BundleAsync(chat + form + "}");
        Assert.NotNull(TinyNode.ParametersOf(bundle).Grammar);
        var honest = await tiny.ReplayAsync(bundle);
        Assert.True(honest.Status == ReplayStatus.Reproduced, honest.Detail);
        // Without the schema, the tokens that it forbade are chosen.
        var free = await tiny.ReplayAsync(tiny.WithRequest(bundle, chat + "}"));
        Assert.Equal(ReplayStatus.Diverged, free.Status);
        Assert.NotNull(free.Token);
        // A token in the middle that the grammar does not allow.
        var changed = await tiny.ReplayAsync(TinyNode.WithToken(bundle, 2, t => t with { Id = t.Id == 35 ? 36u : 35u }));
        Assert.Equal((ReplayStatus.Diverged, 2), (changed.Status, changed.Token!.Position));
        // Nobody else knows the schema.
        var bodiless = bundle with { Disclosures = bundle.Disclosures with { WireInput = null } };
        Assert.Equal(ReplayStatus.Unverifiable, (await tiny.ReplayAsync(bodiless)).Status);
    }

    [Fact]
    public async Task Receipt_that_says_another_quantisation_than_its_model_has_diverges()
    {
        await using var tiny = await TinyNode.OpenAsync(type: WeightType.Q8_0);
        var changed = TinyNode.With(await tiny.BundleAsync(Sampled), r => r with { Model = r.Model with { Language = r.Model.Language! with { Quantization = "F32" } } });
        var replay = await tiny.ReplayAsync(changed);
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.StartsWith("the receipt says another quantisation", replay.Detail, StringComparison.Ordinal);
    }

    /// <summary>What a caller is shown besides its tokens, and a node could sign otherwise.</summary>
    [Theory]
    [InlineData("\"completionTokens\":24", "\"completionTokens\":4000", "usage counts 4000 tokens")]
    [InlineData("\"systemFingerprint\":\"fp_", "\"systemFingerprint\":\"fp_0", "system_fingerprint is fp_0")]
    [InlineData("\"toolCalls\":0", "\"toolCalls\":3", "counts 3 calls of tools, and offers none")]
    [InlineData("\"finishReason\":\"length\",\"toolCalls\":0", "\"finishReason\":\"tool_calls\",\"toolCalls\":1", "ends with tool_calls")]
    public async Task Counts_and_names_that_do_not_follow_from_the_answer_diverge(string was, string now, string detail)
    {
        await using var tiny = await TinyNode.OpenAsync();
        var replay = await tiny.ReplayAsync(TinyNode.With(await tiny.BundleAsync(Sampled), r =>
        {
            var text = Encoding.UTF8.GetString(StrictJson.Write(r.Parameters.Write));
            Assert.Contains(was, text, StringComparison.Ordinal);
            return r with { Parameters = StrictJson.Parse(Encoding.UTF8.GetBytes(text.Replace(was, now, StringComparison.Ordinal)), 1 << 20) };
        }));
        Assert.Equal(ReplayStatus.Diverged, replay.Status);
        Assert.Contains(detail, replay.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_that_no_vocabulary_has_diverges_where_it_stands()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var replay = await tiny.ReplayAsync(TinyNode.WithToken(await tiny.BundleAsync(Sampled), 9, t => t with { Id = 4_000_000_000 }));
        Assert.Equal((ReplayStatus.Diverged, 9, 4_000_000_000), (replay.Status, replay.Token!.Position, replay.Token.Theirs.Id));
    }

    [Fact]
    public async Task Body_that_names_another_model_diverges()
    {
        await using var tiny = await TinyNode.OpenAsync();
        foreach (var (name, status) in new[] { ("tiny", ReplayStatus.Reproduced), ("tiny@1", ReplayStatus.Reproduced), ("bigger", ReplayStatus.Diverged) })
        {
            var replay = await tiny.ReplayAsync(await tiny.BundleAsync(Sampled[..^1] + $",\"model\":\"{name}\"}}"));
            Assert.True(replay.Status == status, replay.Detail);
        }
    }

    [Fact]
    public async Task Seed_of_a_key_that_is_not_shown_and_an_answer_that_the_node_cut_are_said()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var seedless = Sampled.Replace(",\"seed\":3", "", StringComparison.Ordinal).Replace("{\"2\":-100}", tiny.NoEnd, StringComparison.Ordinal);
        var bundle = await tiny.BundleAsync(seedless);
        Assert.Equal("24 tokens are the same", (await tiny.ReplayAsync(bundle)).Detail);
        // As if the request had asked for more, and the node had given less.
        var longer = seedless.Replace("24", "30", StringComparison.Ordinal);
        var cut = TinyNode.With(tiny.WithRequest(bundle, longer), r => r with { Parameters = AnswerParametersFormat.Write(AnswerParametersFormat.Read(r.Parameters) with { MaxTokens = 24 }) });
        Assert.Equal("24 tokens are the same; the node ended it after 24 tokens, where the request and the model leave room for 30", (await tiny.ReplayAsync(cut)).Detail);
        // Of no seed of that key is it known that the answer was begun under it.
        var other = TinyNode.With(bundle, r => r with { Issuer = r.Issuer with { KeyId = Sha256.Of("another key"u8) } });
        Assert.Contains("; the seed is of another serving key (", (await tiny.ReplayAsync(other)).Detail, StringComparison.Ordinal);
    }

    private static long[] Ids(Bundle bundle)
    {
        var bytes = bundle.Disclosures.Output!.Bytes;
        return [.. OutputCommitment.Pieces(OutputKind.Tokens, bytes.Span).Select(range => (long)OutputToken.Parse(bytes.Span[range]).Id)];
    }
}
