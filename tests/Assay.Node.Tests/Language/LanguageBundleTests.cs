using System.Diagnostics;
using Assay.Providers;
using Assay.Verify.Bundles;

namespace Assay.Node.Tests.Language;

/// <summary>What others make of a language model's receipt: the second verifier, the command line.</summary>
public class LanguageBundleTests
{
    private static string Sampled(TinyNode tiny) => $$"""{"prompt":[3,4,5],"max_tokens":12,"temperature":0.8,"top_p":0.9,"n":2,"logprobs":1,"logit_bias":{{tiny.NoEnd}}}""";

    [Fact]
    public async Task Second_verifier_accepts_whole_answers_spans_and_voids_alike()
    {
        var verifier = Path.Combine(Root(), "verifier", "dist", "cli.js");
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "node"))), "node.js is not installed");
        await using var tiny = await TinyNode.OpenAsync();
        await using (var left = await tiny.BeginAsync(Sampled(tiny)))
            await foreach (var _ in left.ReadAllAsync())
                break;
        await tiny.AnswerAsync(Sampled(tiny));
        var all = await tiny.AllAsync();
        Bundle[] bundles = [.. all, all[1] with { Disclosures = Disclosures.Nothing }, all[1].DiscloseOutputSpan(2, 3)];
        // What is not shown is not accepted by a policy that asks for it; both say the same.
        foreach (var bundle in bundles)
        {
            var file = tiny.Test.Write("a.receipt.json", bundle.ToBytes());
            var (code, said) = Run("node", verifier, "verify", file, "--policy", tiny.Test.Data.Policy);
            Assert.True(code == (tiny.Test.Verify(bundle).Accepted ? 0 : 10), said);
        }
        Assert.True(tiny.Test.Verify(all[0]).Accepted && tiny.Test.Verify(all[1]).Accepted);
    }

    [Theory]
    [InlineData("stories260K-f32.gguf")]
    [InlineData("stories260K-q8_0.gguf")]
    public async Task Sampled_stories_are_verified_and_reproduced_by_the_command_line_from_the_models_file(string name)
    {
        var model = TestData.Require("llm/stories260K/" + name);
        var cli = Path.Combine(Root(), "artifacts", "bin", "Assay.Cli", "release", "assay");
        Assert.SkipWhen(!File.Exists(cli), "src/Assay.Cli is not built (dotnet build -c Release)");
        await using var tiny = await TinyNode.OpenAsync(model, threads: 2);
        var bodies = Enumerable.Range(0, 8).Select(i => $$"""{"prompt":"Once upon a time{{new string('.', i)}}","max_tokens":96,"temperature":0.8,"top_p":0.9}""");
        var answers = await Task.WhenAll(bodies.Select(b => tiny.AnswerAsync(b)));
        var bundle = await tiny.Node.BundleAsync(answers[3].Receipt);
        tiny.Test.AssertAccepted(bundle);
        foreach (var isa in Engine.Numerics.Isas.Supported)
            foreach (var threads in (int[])[1, 2])
                Assert.Equal(ReplayStatus.Reproduced, (await tiny.ReplayAsync(bundle, threads, isa)).Status);
        var (code, said) = Run(cli, "replay", tiny.Test.Write("s.receipt.json", bundle.ToBytes()), "--model", model, "--policy", tiny.Test.Data.Policy);
        Assert.True(code == 0, said);
        Assert.StartsWith("reproduced: ", said, StringComparison.Ordinal);

        // Token 17 is another, and committed to as if it had been chosen.
        var changed = TinyNode.WithToken(bundle, 17, t => t with { Id = t.Id == 300 ? 301u : 300u });
        (code, said) = Run(cli, "replay", tiny.Test.Write("d.receipt.json", changed.ToBytes()), "--model", model);
        Assert.True(code == 10, said);
        Assert.StartsWith("diverged: token 17 of ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_without_the_model_or_with_another_says_so()
    {
        var cli = Path.Combine(Root(), "artifacts", "bin", "Assay.Cli", "release", "assay");
        Assert.SkipWhen(!File.Exists(cli), "src/Assay.Cli is not built (dotnet build -c Release)");
        await using var tiny = await TinyNode.OpenAsync();
        await using var other = await TinyNode.OpenAsync("qwen3");
        var file = tiny.Test.Write("a.receipt.json", (await tiny.BundleAsync(Sampled(tiny))).ToBytes());
        var (code, said) = Run(cli, "replay", file, "--data", tiny.Test.Write("empty", []) + ".none");
        Assert.True(code == 20 && said.Contains("is not in this store", StringComparison.Ordinal), said);
        var blob = other.Node.Models.Blobs.PathOf(other.Model.Files[0].Sha256);
        (code, said) = Run(cli, "replay", file, "--model", blob);
        Assert.True(code == 20 && said.Contains("the model given has another tokenizer", StringComparison.Ordinal), said);
        await using var same = await TinyNode.OpenAsync(seed: 2);
        blob = same.Node.Models.Blobs.PathOf(same.Model.Files[0].Sha256);
        (code, said) = Run(cli, "replay", file, "--model", blob);
        Assert.True(code == 10, said);
        var lines = said.Split('\n');
        Assert.EndsWith("sha256:" + tiny.Model.Digest.ToHex(), lines[0], StringComparison.Ordinal);
        Assert.EndsWith("sha256:" + same.Model.Digest.ToHex(), lines[1], StringComparison.Ordinal);
        Assert.StartsWith("diverged: choice 0, token 0 of 12: ", lines[3], StringComparison.Ordinal);
        Assert.Contains("execution     not checked", said, StringComparison.Ordinal);
        (code, said) = Run(cli, "replay", file, "--model", blob, "--json");
        using (var json = System.Text.Json.JsonDocument.Parse(said))
        {
            var root = json.RootElement;
            Assert.Equal((10, "diverged", same.Model.Digest.ToHex()), (code, root.GetProperty("status").GetString(), root.GetProperty("givenModelDigest").GetString()));
            var token = root.GetProperty("token");
            Assert.Equal(0, token.GetProperty("position").GetInt32());
            Assert.True(MathF.Abs(token.GetProperty("logProbabilityDifference").GetSingle()) > 0);
        }
        (code, said) = Run(cli, "replay", file, "--model", tiny.Node.Models.Blobs.PathOf(tiny.Model.Files[0].Sha256), "--policy", tiny.Test.Data.Policy);
        Assert.True(code == 0, said);
    }

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + error.Result);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "verifier")))
                return folder.FullName;
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
