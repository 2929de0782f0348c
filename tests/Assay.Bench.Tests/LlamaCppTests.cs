using Assay.Engine.Numerics.Language;

namespace Assay.Bench.Tests;

/// <summary>Both sides of the measurements of language models, on a tiny one.</summary>
public sealed class LlamaCppTests : IDisposable
{
    private const string Absent = "llama.cpp is absent: run bench/peers";

    private readonly string folder = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(WeightType.F16), InlineData(WeightType.Q8_0), InlineData(WeightType.Q4_0), InlineData(WeightType.Q4_K)]
    public void Both_sides_run_the_same_model(WeightType type)
    {
        using var theirs = Start();
        var model = SyntheticGgufTests.Tiny;
        var file = SyntheticGguf.Write(model, type, folder);
        theirs.Load(file, threads: 1, length: 64);
        using var ours = new LanguageRun(file, 1);
        int[] tokens = model.Tokens(0, 24), of = [.. Enumerable.Range(0, 64).Select(i => 8 * i)];
        Assert.InRange(LlmBench.Difference(ours.Scores(tokens, of), theirs.Scores(tokens, of)), 0, 0.1);
        // A token more is another model's answer as far as this goes.
        Assert.True(LlmBench.Difference(ours.Scores(model.Tokens(0, 25), of), theirs.Scores(tokens, of)) > 0.4);
    }

    [Fact]
    public void Several_sequences_are_continued_one_token_at_a_time()
    {
        using var theirs = Start();
        var model = SyntheticGgufTests.Tiny;
        var file = SyntheticGguf.Write(model, WeightType.Q8_0, folder);
        using var ours = new LanguageRun(file, 1);
        theirs.Load(file, threads: 1, length: 64);
        theirs.Context(threads: 1, length: 64, sequences: 3);
        foreach (var from in (int[])[10, 7])
        {
            Assert.True(theirs.Prefill(model.Tokens(0, 10), 3) > 0 && ours.Prefill(model.Tokens(0, 10), 3) > 0);
            Assert.True(theirs.Decode(from, model.Tokens(from, 5), 3) > 0 && ours.Decode(from, model.Tokens(from, 5)) > 0);
        }
    }

    [Fact]
    public void What_llama_cpp_refuses_is_an_error_of_one_line_and_not_the_end()
    {
        using var theirs = Start();
        var error = Assert.Throws<BenchException>(() => theirs.Load(Path.Combine(folder, "absent.gguf"), 1, 64));
        Assert.Contains("absent.gguf", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        theirs.Load(SyntheticGguf.Write(SyntheticGgufTests.Tiny, WeightType.Q8_0, folder), 1, 64);
    }

    [Fact]
    public void A_library_that_the_package_lacks_is_refused()
    {
        Assert.SkipWhen(LlamaCpp.Folder() is null, Absent);
        Assert.Contains("libggml-cpu-abacus.so", Assert.Throws<BenchException>(() => new LlamaCpp(LlamaCpp.Folder()!, "abacus")).Message);
    }

    [Fact]
    public void The_library_asked_for_is_the_one_in_use()
    {
        Assert.SkipWhen(LlamaCpp.Folder() is not { } found || !File.Exists(Path.Combine(found, "libggml-cpu-x64.so")), Absent);
        using var theirs = new LlamaCpp(LlamaCpp.Folder()!, "x64");
        Assert.Equal("x64", theirs.Library);
    }

    [Fact]
    public void A_replay_of_other_tokens_than_were_generated_is_noticed()
    {
        var model = SyntheticGgufTests.Tiny;
        using var ours = new LanguageRun(SyntheticGguf.Write(model, WeightType.Q8_0, folder), 1);
        var prompt = model.Tokens(0, 8);
        ours.Prefill(prompt);
        var tokens = ours.Generate(12).Tokens;
        Assert.True(ours.Replay(prompt, tokens) > 0);
        tokens[7] ^= 1;
        Assert.Throws<BenchException>(() => ours.Replay(prompt, tokens));
    }

    private static LlamaCpp Start()
    {
        Assert.SkipWhen(LlamaCpp.Folder() is null, Absent);
        return new LlamaCpp(LlamaCpp.Folder()!);
    }
}
