using System.Diagnostics;
using Assay.Engine.Language.Generation;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models.Gguf;
using Assay.Providers;
using Assay.Providers.Language;
using Assay.Verify.Bundles;
using Assay.Verify.Commitments;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Language;

/// <summary>Embeddings: signed, in the log, and made again from their receipts.</summary>
public class EmbeddedTextsTests
{
    private const string Texts = """{"input":[[3,4,5,6],[7],[3,4,5,6,7,8,9,10,11,12]]}""";

    [Theory]
    [InlineData("llama", WeightType.F32, Pooling.Last)]
    [InlineData("qwen3", WeightType.Q8_0, Pooling.Mean)]
    [InlineData("gemma3", WeightType.Q4_K, Pooling.Cls)]
    public async Task Receipt_is_accepted_and_its_embeddings_are_reproduced_at_every_instruction_set_and_number_of_threads(string family, WeightType type, Pooling pooling)
    {
        await using var tiny = await TinyNode.OpenAsync(family, type, keys: Pooled(family, pooling));
        var made = await tiny.EmbedAsync(Texts, nonce: "mine");
        var bundle = await tiny.Node.BundleAsync(made.Receipt);
        tiny.Test.AssertAccepted(bundle);
        var receipt = Receipt.Parse(bundle.Envelope.Payload.Span);
        Assert.Equal(("mine", PromptTokens.ListMediaType, OutputKind.Tensors), (receipt.ClientNonce, receipt.Input.MediaType, receipt.Output.Kind));
        var model = tiny.Node.LoadLanguage(tiny.Model).Model;
        foreach (var (text, row) in ((int[][])[[3, 4, 5, 6], [7], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]).Zip(made.Rows))
            AssertSame(ReferenceLanguage.Embedding(model.Architecture, model.Weights, text, pooling, model.Architecture.Width), row);
        foreach (var isa in Isas.Supported)
            foreach (var threads in (int[])[1, 2])
            {
                var replay = await tiny.ReplayAsync(bundle, threads, isa);
                Assert.True(replay.Status == ReplayStatus.Reproduced, $"{isa} {threads}: {replay.Detail}");
                Assert.Equal($"3 embeddings of {made.Rows[0].Length} numbers are the same", replay.Detail);
            }
    }

    [Theory, InlineData(1), InlineData(2)]
    public async Task Embeddings_made_beside_eight_answers_are_those_made_alone(int threads)
    {
        await using var tiny = await TinyNode.OpenAsync("qwen3", WeightType.Q8_0, threads, keys: Pooled("qwen3", Pooling.Mean));
        var texts = Enumerable.Range(0, 40).Select(i => string.Join(',', Enumerable.Range(0, 1 + i * 3).Select(t => 3 + (i * 7 + t) % 50))).ToList();
        var alone = new List<float[]>();
        foreach (var text in texts)
            alone.Add((await tiny.EmbedAsync($$"""{"input":[{{text}}]}""")).Rows[0]);
        var answers = Enumerable.Range(0, 8).Select(i => tiny.AnswerAsync($$"""{"prompt":[3,4,{{5 + i}},9],"max_tokens":60,"temperature":1,"seed":{{i}}}""")).ToList();
        var together = await Task.WhenAll(texts.Chunk(20).Select(chunk => tiny.EmbedAsync($$"""{"input":[{{string.Join(',', chunk.Select(t => $"[{t}]"))}}]}""")));
        await Task.WhenAll(answers);
        foreach (var (row, own) in together.SelectMany(m => m.Rows).Zip(alone))
            AssertSame(own, row);
        foreach (var made in together)
        {
            var replay = await tiny.ReplayAsync(await tiny.Node.BundleAsync(made.Receipt), threads: 3 - threads);
            Assert.True(replay.Status == ReplayStatus.Reproduced, replay.Detail);
        }
        tiny.Test.Fold();
    }

    [Fact]
    public async Task What_was_changed_diverges_and_says_where()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var made = await tiny.EmbedAsync("""{"input":[[3,4,5,6],[7]],"dimensions":12,"encoding_format":"base64"}""");
        var bundle = await tiny.Node.BundleAsync(made.Receipt);
        var bodiless = bundle with { Disclosures = bundle.Disclosures with { WireInput = null } };
        async Task DivergesAsync(Bundle changed, string says)
        {
            var replay = await tiny.ReplayAsync(changed);
            Assert.Equal(ReplayStatus.Diverged, replay.Status);
            Assert.Contains(says, replay.Detail, StringComparison.Ordinal);
        }

        await DivergesAsync(Change(bundle, p => p with { Dimensions = 11 }), "the request asks for 12 dimensions, the receipt has 11");
        await DivergesAsync(Change(bundle, p => p with { Encoding = "float" }), "the request asks for the encoding base64, the receipt has float");
        await DivergesAsync(Change(bundle, p => p with { Pooling = Pooling.Mean }), "the receipt's pooling is mean, the model's last");
        await DivergesAsync(Change(bundle, p => p with { Texts = 3 }), "the receipt counts 3 texts of 5 tokens, and has 2 of 5");
        await DivergesAsync(Change(bundle, p => p with { PromptTokens = 6 }), "the receipt counts 2 texts of 6 tokens");
        await DivergesAsync(Given(bundle, [[3, 4, 9, 6], [7]]), "the request gives other tokens of text 0 than the receipt has: they differ at token 2");
        // Without the body, our own numbers tell.
        await DivergesAsync(Given(bodiless, [[3, 4, 9, 6], [7]]), "output 'embedding' first differs at element 0 of 24: the receipt has");
        await DivergesAsync(Given(bodiless, [[3, 4, 5, 6], [8]]), "output 'embedding' first differs at element 12 of 24: the receipt has");
        await DivergesAsync(Change(bodiless, p => p with { Dimensions = 11 }), "output 0 is 'embedding' float32 2x12 in the receipt and 'embedding' float32 2x11 here");
        foreach (var (text, at) in ((int, int)[])[(0, 0), (1, 11)])
        {
            float[][] rows = [.. made.Rows.Select(r => r.ToArray())];
            rows[text][at] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(rows[text][at]) ^ 1);
            await DivergesAsync(Made(bundle, TensorEncoding.Encode(EmbeddingTensors.Of(rows))), $"output 'embedding' first differs at element {12 * text + at} of 24");
        }
        await DivergesAsync(Made(bundle, [1, 2, 3]), "no list of tensors");
        await DivergesAsync(Made(bundle, EmbeddingTensors.None), "the receipt has 0 outputs, this run 1");

        // What the node did not commit to accuses nobody.
        var shown = bundle.Disclosures.Output!;
        var damaged = shown.Bytes.ToArray();
        damaged[^1] ^= 1;
        Assert.Equal(ReplayStatus.Unverifiable, (await tiny.ReplayAsync(bundle with { Disclosures = bundle.Disclosures with { Output = shown with { Bytes = damaged } } })).Status);
        Assert.Equal(ReplayStatus.Unverifiable, (await tiny.ReplayAsync(bundle with { Disclosures = Disclosures.Nothing })).Status);
        Assert.Equal(ReplayStatus.Unverifiable, (await LanguageReplay.RunAsync(bundle, LanguageReplayTools.Local(_ => null), default)).Status);
    }

    [Fact]
    public async Task Other_weights_diverge()
    {
        await using var tiny = await TinyNode.OpenAsync("llama", WeightType.Q8_0);
        await using var its = await TinyNode.OpenAsync("llama", WeightType.Q4_0);
        var bundle = await tiny.Node.BundleAsync((await tiny.EmbedAsync(Texts)).Receipt);
        var replay = await TinyNode.ReplayAsync(bundle, its.Node.LoadLanguage(its.Model));
        Assert.Equal((ReplayStatus.Diverged, its.Model.Digest), (replay.Status, replay.OtherModel!.Value));
        Assert.Contains("output 'embedding' first differs at element 0", replay.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_verifiers_accept_embeddings_spans_and_voids_and_refuse_a_changed_byte()
    {
        var verifier = Path.Combine(Root(), "verifier", "dist", "cli.js");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "node"))), "node.js is not installed");
        await using var tiny = await TinyNode.OpenAsync("qwen3");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await tiny.EmbedAsync(Texts);
        // More than one piece of 65,536 bytes.
        var many = await tiny.EmbedAsync($$"""{"input":[{{string.Join(',', Enumerable.Range(0, 400).Select(i => $"[{3 + i % 40}]"))}}]}""");
        var bundle = await tiny.Node.BundleAsync(many.Receipt);
        var shown = bundle.Disclosures;
        Assert.True(tiny.Test.Verify(bundle).Accepted);
        Assert.Equal(AxisStatus.Unverifiable, tiny.Test.Verify(bundle.DiscloseOutputSpan(1, 1))[Axis.Output].Status);
        var all = (Bundle[])
        [
            .. await tiny.AllAsync(), bundle.DiscloseOutputSpan(1, 1), bundle with { Disclosures = Disclosures.Nothing },
            bundle with { Disclosures = shown with { Output = shown.Output! with { Bytes = Flipped(shown.Output.Bytes, ^1) } } },
            bundle with { Disclosures = shown with { Input = shown.Input! with { Bytes = Flipped(shown.Input.Bytes, ^1) } } },
            bundle with { Disclosures = shown with { WireInput = shown.WireInput! with { Bytes = Flipped(shown.WireInput.Bytes, ^1) } } },
            Change(bundle, p => p with { Dimensions = 1 }), Made(bundle, EmbeddingTensors.None),
        ];
        foreach (var one in all)
        {
            using var process = Process.Start(new ProcessStartInfo("node", [verifier, "verify", tiny.Test.Write("e.receipt.json", one.ToBytes()), "--policy", tiny.Test.Data.Policy]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == (tiny.Test.Verify(one).Accepted ? 0 : 10), said);
        }
        Assert.Equal([true, true, false, false, false, false, false, false, false], all.Select(b => tiny.Test.Verify(b).Accepted));
    }

    [Fact]
    public async Task Caller_that_leaves_leaves_a_void_and_no_ticket_is_missing()
    {
        await using var tiny = await TinyNode.OpenAsync(generator: new GeneratorOptions { PrefillTokens = 8 });
        await tiny.EmbedAsync(Texts);
        using var stop = new CancellationTokenSource();
        var texts = string.Join(',', Enumerable.Repeat($"[{string.Join(',', Enumerable.Repeat("3", 200))}]", 1000));
        var left = tiny.EmbedAsync($$"""{"input":[{{texts}}]}""", cancel: stop.Token);
        Assert.True(SpinWait.SpinUntil(() => tiny.Node.FiguresOf(tiny.Model) is { Running: > 0 }, TimeSpan.FromSeconds(20)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        await tiny.AnswerAsync("""{"prompt":[3,4,5],"max_tokens":4}""");
        await tiny.EmbedAsync(Texts);
        var bundles = await tiny.AllAsync();
        Assert.Equal([0UL, 1, 2, 3], bundles.Select(b => AnswerParametersFormat.TicketOf(Receipt.Parse(b.Envelope.Payload.Span).Parameters)));
        Assert.Equal(VoidReason.Cancelled, ParametersOf(bundles[1]).Void);
        Assert.All(bundles, tiny.Test.AssertAccepted);
        var replay = await tiny.ReplayAsync(bundles[1]);
        Assert.Equal((ReplayStatus.Unverifiable, "the record is void: no embeddings came of the request"), (replay.Status, replay.Detail));
        Assert.True(SpinWait.SpinUntil(() => tiny.Node.FiguresOf(tiny.Model) is { Running: 0, Parked: 0, Waiting: 0 }, TimeSpan.FromSeconds(20)));
        tiny.Test.Fold();
        // Tickets are counted on from where they stood, whatever kind of answer the last were.
        await tiny.Test.ReopenAsync();
        await tiny.EmbedAsync(Texts);
        Assert.Equal(4UL, ParametersOf((await tiny.AllAsync())[^1]).Ticket);
    }

    [Fact]
    public async Task What_cannot_be_embedded_takes_no_ticket()
    {
        await using var tiny = await TinyNode.OpenAsync();
        var longest = string.Join(',', Enumerable.Repeat("3", 256));
        await Assert.ThrowsAsync<ModelException>(() => tiny.EmbedAsync($$"""{"input":[{{longest}},3]}"""));
        await Assert.ThrowsAsync<ModelException>(() => tiny.EmbedAsync("""{"input":[100000]}"""));
        Assert.Equal(0UL, (await tiny.EmbedAsync($$"""{"input":[{{longest}}]}""")).Parameters.Ticket);
        await using var none = await TinyNode.OpenAsync("qwen3", keys: w => w.Key("qwen3.pooling_type", 0u));
        Assert.Contains("tiny makes no embeddings", (await Assert.ThrowsAsync<ModelException>(() => none.EmbedAsync(Texts))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_stands_between_the_tokens_that_the_model_expects_around_it()
    {
        await using var tiny = await TinyNode.OpenAsync("llama", keys: w => w.Key("tokenizer.ggml.add_eos_token", true));
        var tokenizer = tiny.Node.LoadLanguage(tiny.Model).Model.Tokenizer;
        var made = await tiny.Node.BundleAsync((await tiny.EmbedAsync("""{"input":"ab</s>"}""")).Receipt);
        var ids = PromptTokens.DecodeList(made.Disclosures.Input!.Bytes.Span)[0];
        Assert.Equal([tokenizer.Bos!.Value, .. tokenizer.Encode("ab</s>", special: false), tokenizer.Eos!.Value], ids);
        // An answer goes on: nothing closes its prompt.
        var answer = await tiny.BundleAsync("""{"prompt":"ab","max_tokens":1}""");
        Assert.Equal([tokenizer.Bos.Value, .. tokenizer.Encode("ab", special: false)], PromptTokens.Decode(answer.Disclosures.Input!.Bytes.Span));
    }

    [Fact]
    public void Parameters_are_written_and_read_without_loss()
    {
        var parameters = new EmbeddingParameters
        {
            Ticket = 5, Pooling = Pooling.Cls, Dimensions = 12, Encoding = "base64", Texts = 3, PromptTokens = 40, SystemFingerprint = "fp_1", Void = VoidReason.Failed,
        };
        Assert.Equal(parameters, EmbeddingParameters.Read(parameters.ToJson()));
        Assert.Equal(parameters with { Void = null }, EmbeddingParameters.Read((parameters with { Void = null }).ToJson()));
        Assert.Equal(5UL, AnswerParametersFormat.TicketOf(parameters.ToJson()));
    }

    internal static Action<GgufWriter> Pooled(string family, Pooling pooling) =>
        w => w.Key($"{family}.pooling_type", pooling switch { Pooling.Mean => 1u, Pooling.Cls => 2u, _ => 3u });

    private static EmbeddingParameters ParametersOf(Bundle bundle) => EmbeddingParameters.Read(Receipt.Parse(bundle.Envelope.Payload.Span).Parameters);

    private static Bundle Change(Bundle bundle, Func<EmbeddingParameters, EmbeddingParameters> change) =>
        TinyNode.With(bundle, r => r with { Parameters = change(EmbeddingParameters.Read(r.Parameters)).ToJson() });

    // Other texts, committed to as if they had been the request's.
    private static Bundle Given(Bundle bundle, int[][] texts)
    {
        var (bytes, shown) = (PromptTokens.EncodeList(texts), bundle.Disclosures.Input!);
        return TinyNode.With(bundle, r => r with { Input = r.Input with { Length = (ulong)bytes.Length, Commitment = Commitment.OfInput(shown.Salt.Span, bytes) } })
            with { Disclosures = bundle.Disclosures with { Input = shown with { Bytes = bytes } } };
    }

    // Another output, committed to as if it had been made.
    private static Bundle Made(Bundle bundle, byte[] output)
    {
        var shown = bundle.Disclosures.Output!;
        return TinyNode.With(bundle, r => r with { Output = new OutputClaim((ulong)output.Length, OutputCommitment.Of(OutputKind.Tensors, shown.Salt.Span, output)) })
            with { Disclosures = bundle.Disclosures with { Output = shown with { Bytes = output } } };
    }

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes, Index at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private static void AssertSame(float[] expected, float[] actual) =>
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "verifier")))
                return folder.FullName;
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
