using System.Text.Json;
using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Formats;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Language;

/// <summary>stories260K beside llama2.c and llama.cpp: their tokens, and llama2.c's scores. The model stays outside the project.</summary>
public sealed class StoriesTests(ITestOutputHelper output)
{
    private sealed record Case(string Prompt, int[] PromptIds, int[] Llama2C, int[] LlamaCpp, float[] Scores);

    [Fact]
    public void Float32_gives_the_tokens_of_both_and_the_scores_of_one()
    {
        using var model = Open("f32");
        var greatest = 0f;
        foreach (var story in Cases("f32"))
        {
            Assert.Equal(story.PromptIds, (int[])[model.Tokenizer.Bos!.Value, .. model.Tokenizer.Encode(story.Prompt, special: false)]);
            var scores = Replay(model, story.PromptIds, story.Llama2C);
            for (var i = 0; i < scores.Length; i++)
            {
                Assert.Equal(story.Llama2C[i], Greatest(scores[i]));
                for (var j = 0; j < scores[i].Length; j++)
                    greatest = MathF.Max(greatest, MathF.Abs(scores[i][j] - story.Scores[(i * scores[i].Length) + j]));
            }
            Assert.Equal(story.LlamaCpp, Generate(model, story.PromptIds, 64));
        }
        output.WriteLine($"greatest difference from llama2.c's scores: {greatest}");
        Assert.InRange(greatest, 0, 1e-4f);
    }

    /// <summary>
    /// Both quantise activations to 8 bits, but llama.cpp rounds the scale of a block to float16 where ours is float32, and rounds what it
    /// multiplies by float16 weights (the five ffn_down). That moves some numbers across the middle between two whole ones, each by a
    /// whole step, and so scores by as much as the quantisation itself does. Where two tokens are closer than that it decides.
    /// </summary>
    [Fact]
    public void Q8_0_gives_the_tokens_of_llama_cpp_but_where_its_rounding_of_activations_decides()
    {
        using var model = Open("q8_0");
        var alike = 0;
        foreach (var story in Cases("q8_0"))
        {
            var ours = Generate(model, story.PromptIds, 64);
            var same = ours.Zip(story.LlamaCpp).TakeWhile(p => p.First == p.Second).Count();
            output.WriteLine($"'{story.Prompt}': {same} of 64 tokens alike");
            alike += same == 64 ? 1 : 0;
            if (same == 64)
                continue;
            var tokens = (int[])[.. story.PromptIds, .. story.LlamaCpp[..same]];
            var scores = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens)[^1];
            var moved = new RoundedActivations(model).Scores(tokens)[^1].Zip(scores, (x, y) => MathF.Abs(x - y)).Max();
            var gap = scores[ours[same]] - scores[story.LlamaCpp[same]];
            output.WriteLine($"  at {same} ours, {ours[same]}, is {gap} above theirs, {story.LlamaCpp[same]}; its roundings move scores there by up to {moved}");
            Assert.InRange(gap, 0, moved);
        }
        Assert.InRange(alike, 3, 5);
    }

    [Fact]
    public void With_llama_cpps_rounding_of_activations_its_scores_come_out()
    {
        using var model = Open("q8_0");
        // What it computed of tokens 7, 138, 269 and 400 after each of the first three of the third prompt.
        float[][] theirs = [[-6.115416f, -6.040926f, 4.690661f, 3.966243f], [-16.77776f, -16.44419f, 5.568266f, 5.58473f], [-18.36042f, -18.02439f, 5.880907f, 10.77669f]];
        var tokens = Cases("q8_0")[2].PromptIds[..3];
        var scores = new RoundedActivations(model).Scores(tokens);
        var own = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);
        float Apart(float[][] ours) => theirs.SelectMany((row, p) => row.Select((score, i) => MathF.Abs(score - ours[p][7 + (131 * i)]))).Max();
        output.WriteLine($"greatest difference with the roundings {Apart(scores)}, without {Apart(own)}");
        Assert.InRange(Apart(scores), 0, 1e-3f);
        Assert.InRange(Apart(own), 0.01f, 0.5f);
    }

    [Theory, InlineData("f32"), InlineData("q8_0")]
    public void The_session_gives_the_reference_bits(string type)
    {
        using var model = Open(type);
        var story = Cases(type)[3];
        var tokens = (int[])[.. story.PromptIds, .. story.LlamaCpp];
        var expected = ReferenceLanguage.Scores(model.Architecture, model.Weights, tokens);
        foreach (var isa in Isas.Supported)
            foreach (var (threads, chunk) in ((int, int)[])[(1, 1), (2, tokens.Length), (7, 16), (2, 3)])
            {
                using var session = new LanguageSession(model, new() { Isa = isa, Threads = threads, BatchTokens = 50 });
                using var sequence = session.NewSequence();
                PrefillDecodeTests.Append(session, sequence, tokens, chunk, expected, $"{isa.Name()}, {threads} threads, {chunk} at a time");
            }
    }

    private static LanguageModel Open(string type) => LanguageModel.Open(SharedData.Require("llm", "stories260K", $"stories260K-{type}.gguf"));

    /// <summary>The scores from which each of the continuation's tokens is chosen.</summary>
    private static float[][] Replay(LanguageModel model, int[] prompt, int[] continuation) =>
        ReferenceLanguage.Scores(model.Architecture, model.Weights, [.. prompt, .. continuation[..^1]])[(prompt.Length - 1)..];

    /// <summary>The tokens of greatest score, one after another.</summary>
    private static int[] Generate(LanguageModel model, int[] prompt, int count)
    {
        using var session = new LanguageSession(model, new() { Threads = 2 });
        using var sequence = session.NewSequence();
        var step = new LanguageStep(sequence) { Tokens = prompt, Scored = 1 };
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            session.Evaluate([step]);
            tokens[i] = Greatest(step.Scores(0));
            step.Tokens = tokens.AsMemory(i, 1);
        }
        return tokens;
    }

    private static int Greatest(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var i = 1; i < scores.Length; i++)
            if (scores[i] > scores[best])
                best = i;
        return best;
    }

    private static Case[] Cases(string type)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedData.Require("llm", "stories260K", $"greedy-{type}.json")));
        return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => new Case(
            c.GetProperty("prompt").GetString()!, Ids(c.GetProperty("prompt_ids")), Ids(c.GetProperty("llama2_c").GetProperty("ids")), Ids(c.GetProperty("node_llama_cpp").GetProperty("ids")),
            Npy.Read(File.ReadAllBytes(SharedData.Require("llm", "stories260K", c.GetProperty("llama2_c").GetProperty("logits").GetString()!))).Span<float>().ToArray()))];
    }

    private static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(i => i.GetInt32())];
}
