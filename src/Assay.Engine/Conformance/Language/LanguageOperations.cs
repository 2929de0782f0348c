using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Assay.Engine.Language.Grammars;
using Assay.Engine.Language.Reference;
using Assay.Engine.Language.Sampling;
using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Values = System.Collections.Immutable.ImmutableDictionary<string, string>;

namespace Assay.Engine.Conformance.Language;

/// <summary>What each operation of a test vector computes: docs/spec/assay-llm-v1.md, section 6.</summary>
internal static class LanguageOperations
{
    /// <exception cref="ModelException">There is no such operation, or what it is given is not what it takes.</exception>
    public static Values Run(string op, Values given, LanguageExecutor by)
    {
        try
        {
            Require(Fits(op, given), op);
            return op switch
            {
                "widen" => Widen(given),
                "quantize" => Quantize(given),
                "product" => Y(by.Product(given.Named<WeightType>("type"), given.Bytes("data"), given.Whole("rows"), given.Whole("columns"), given.Floats("x"), given.ContainsKey("bias") ? given.Floats("bias") : [])),
                "norm" => Y(by.Norm(given.Floats("x"), given.Floats("scale"), given.Float("epsilon"))),
                "rotate" => Y(by.Rotate(Rotary(given), given.Whole("position"), given.Floats("x"))),
                "attention" => Y(by.Attend(given.Whole("heads"), given.Whole("kv_heads"), given.Whole("window"), given.Float("scale"), given.Float("softcap"), given.Floats("q"), given.Floats("k"), given.Floats("v"))),
                "gate" => Y(by.Gate(given.Named<GateFunction>("function"), given.Floats("gate"), given.Floats("up"))),
                "softcap" => Y(by.Cap(given.Floats("x"), given.Float("softcap"))),
                "experts" => Experts(given),
                "log_probabilities" => LogProbabilities(given, by),
                "noise" => Noise(given),
                "pick" => LanguageValues.Of(("token", Number(Pick(given, by)))),
                "stop" => Stop(given),
                "mask" => Mask(given),
                "model" => Model(given, by),
                "embedding" => Embedding(given, by),
                _ => throw new ModelException($"there is no operation '{ShownName.Of(op)}'"),
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or IndexOutOfRangeException or DivideByZeroException or InvalidOperationException)
        {
            throw new ModelException($"'{op}' is given what it does not take: {e.Message.Split('\n')[0]}", e);
        }
    }

    // Sizes that do not go together are refused before anything is computed.
    private static bool Fits(string op, Values given)
    {
        switch (op)
        {
            case "widen" or "product":
                var (type, columns, rows) = (given.Named<WeightType>("type"), given.Whole("columns"), given.Whole("rows", 1));
                if (!type.IsKnown || columns <= 0 || rows <= 0 || columns % Math.Max(type.BlockSize, QuantizedRows.Block) != 0 || given.Bytes("data").Length != rows * type.RowBytes(columns))
                    return false;
                return op == "widen" || given.Floats("x").Length is > 0 and var x && x % columns == 0 && (!given.ContainsKey("bias") || given.Floats("bias").Length == rows);
            case "quantize":
                return given.Floats("x").Length % QuantizedRows.Block == 0;
            case "norm":
                return given.Floats("scale").Length is > 0 and var n && given.Floats("x").Length % n == 0;
            case "rotate":
                var (dimensions, factors) = (given.Whole("dimensions"), given.ContainsKey("factors") ? given.Floats("factors").Length : 0);
                return dimensions >= 2 && dimensions % 2 == 0 && dimensions <= given.Floats("x").Length && (factors == 0 || factors == dimensions / 2)
                    && given.Whole("position") is >= 0 and < 1 << 26 && given.Named<RotaryLayout>("layout") is RotaryLayout.Adjacent or RotaryLayout.Halves;
            case "attention":
                var (heads, groups, q, k) = (given.Whole("heads"), given.Whole("kv_heads"), given.Floats("q").Length, given.Floats("k").Length);
                return heads > 0 && groups > 0 && heads % groups == 0 && q > 0 && q % heads == 0 && k > 0 && k % (q / heads * groups) == 0 && given.Floats("v").Length == k && given.Whole("window") >= 0;
            case "gate":
                return given.Floats("gate").Length == given.Floats("up").Length;
            case "experts":
                return given.Whole("used") is > 0 and var used && used <= given.Floats("r").Length;
            case "log_probabilities":
                return given.Whole("top") is >= 0 and var top && top <= given.Floats("scores").Length;
            case "model":
                return given.Whole("generate") is > 0 and <= 256;
            default:
                return true;
        }
    }

    private static void Require(bool holds, string op)
    {
        if (!holds)
            throw new ModelException($"'{op}' is given sizes that do not go together");
    }

    private static Values Y(float[] y) => LanguageValues.Of(("y", LanguageValues.Hex(y)));

    private static string Number(int value) => LanguageValues.List([value]);

    private static Values Widen(Values given)
    {
        var y = new float[given.Whole("columns")];
        QuantizedRows.Widen(given.Named<WeightType>("type"), given.Bytes("data"), y);
        return Y(y);
    }

    private static Values Quantize(Values given)
    {
        var x = given.Floats("x");
        var (a, scales) = (new sbyte[x.Length], new float[x.Length / QuantizedRows.Block]);
        QuantizedRows.Quantize(x, a, scales);
        return LanguageValues.Of(("a", LanguageValues.List(a.Select(v => (int)v))), ("e", LanguageValues.Hex(scales)));
    }

    private static RotaryEmbedding Rotary(Values given) => new()
    {
        Base = given.Float("base"), Dimensions = given.Whole("dimensions"), Layout = given.Named<RotaryLayout>("layout"),
        PositionScale = given.Float("position_scale", 1), Magnitude = given.Float("magnitude", 1), Factors = given.ContainsKey("factors") ? [.. given.Floats("factors")] : [],
    };

    private static Values Experts(Values given)
    {
        var r = given.Floats("r");
        var taken = RowMath.Experts(RowMath.Softmax(r), new ExpertLayout(r.Length, given.Whole("used"), given.Whole("normalized") != 0, 1));
        return LanguageValues.Of(("experts", LanguageValues.List(taken.Select(t => t.Expert))), ("weights", LanguageValues.Hex([.. taken.Select(t => t.Weight)])));
    }

    private static Values LogProbabilities(Values given, LanguageExecutor by)
    {
        var (chosen, top) = by.LogProbabilities(given.Floats("scores"), given.Whole("token"), given.Whole("top"));
        return LanguageValues.Of(
            ("log_probability", LanguageValues.Hex([chosen.LogProbability])), ("top", LanguageValues.List(top.Select(t => t.Token))),
            ("top_log_probabilities", LanguageValues.Hex([.. top.Select(t => t.LogProbability)])));
    }

    private static Values Noise(Values given)
    {
        var key = NoiseKey.Of(given.Bytes("seed"), given.Whole("choice"), given.Whole("position"));
        var tokens = given.Wholes("tokens");
        return LanguageValues.Of(
            ("r", string.Concat(tokens.Select(t => key.Word(t).ToString("X8", System.Globalization.CultureInfo.InvariantCulture)))),
            ("g", LanguageValues.Hex([.. tokens.Select(key.Noise)])));
    }

    private static int Pick(Values given, LanguageExecutor by)
    {
        var (scores, counts) = (given.Floats("scores"), new TokenCounts());
        foreach (var token in given.ContainsKey("generated") ? given.Wholes("generated") : [])
            counts.Add(token);
        ulong[] allowed = [];
        if (given.ContainsKey("allowed"))
        {
            allowed = new ulong[(scores.Length + 63) / 64];
            foreach (var token in given.Wholes("allowed"))
                allowed[token / 64] |= 1UL << (token % 64);
        }
        var options = Sampler(given);
        options.Validate(scores.Length);
        return by.Pick(scores, options, given.Bytes("seed"), given.Whole("choice"), given.Whole("position"), counts, allowed);
    }

    private static SamplerOptions Sampler(Values given) => new()
    {
        Temperature = given.Float("temperature"), TopP = given.Float("top_p", 1), TopK = given.Whole("top_k"), MinP = given.Float("min_p"),
        PresencePenalty = given.Float("presence_penalty"), FrequencyPenalty = given.Float("frequency_penalty"),
        LogitBias = given.ContainsKey("bias_tokens")
            ? given.Wholes("bias_tokens").Zip(given.Floats("biases")).ToImmutableSortedDictionary(p => p.First, p => p.Second)
            : ImmutableSortedDictionary<int, float>.Empty,
    };

    // Lists of bytes: hex, with commas.
    private static byte[][] Lists(Values given, string name) =>
        given.Text(name) is { Length: > 0 } text ? Array.ConvertAll(text.Split(','), Convert.FromHexString) : [];

    private static Values Stop(Values given)
    {
        var matcher = new StopMatcher(new StopTexts([.. Lists(given, "stop").Select(Encoding.UTF8.GetString)]));
        var emitted = new List<byte[]>();
        foreach (var token in Lists(given, "tokens"))
            emitted.Add(matcher.IsStopped ? [] : matcher.Append(token));
        emitted[^1] = [.. emitted[^1], .. matcher.Finish()];
        return LanguageValues.Of(("emitted", string.Join(',', emitted.Select(Convert.ToHexString))), ("stopped", matcher.IsStopped ? "1" : "0"));
    }

    private static Values Mask(Values given)
    {
        var tokens = Lists(given, "vocabulary");
        var grammar = given.ContainsKey("schema") ? JsonGrammars.Of(given.Utf8("schema")) : JsonGrammars.AnyObject();
        var matcher = new GrammarMatcher(new TokenMasks(grammar, new TokenTrie([.. tokens.Select(t => (ReadOnlyMemory<byte>)t)], given.Wholes("ends"))));
        foreach (var token in given.Wholes("taken"))
            matcher.Accept(token);
        var allowed = matcher.Allowed.ToArray();
        return LanguageValues.Of(
            ("allowed", LanguageValues.List(Enumerable.Range(0, tokens.Length).Where(i => (allowed[i / 64] >> (i % 64) & 1) != 0))), ("must_end", matcher.MustEnd ? "1" : "0"));
    }

    private static Values Model(Values given, LanguageExecutor by)
    {
        using var model = LanguageModel.Read(given.Bytes("gguf"));
        List<int> tokens = [.. given.Wholes("tokens")];
        var (counts, made) = (new TokenCounts(), new List<int>());
        var scores = by.Scores(model, [.. tokens]);
        var all = Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(LanguageValues.Hex([.. scores.SelectMany(s => s)]))));
        for (var left = given.Whole("generate"); left > 0; left--)
        {
            made.Add(by.Pick(scores[^1], Sampler(given), given.Bytes("seed"), 0, made.Count, counts, []));
            counts.Add(made[^1]);
            tokens.Add(made[^1]);
            if (left > 1)
                scores = by.Scores(model, [.. tokens]);
        }
        return LanguageValues.Of(
            ("graph", Convert.ToHexStringLower(model.Digest.AsSpan())), ("scores_sha256", all), ("last_scores", LanguageValues.Hex(scores[^1])), ("generated", LanguageValues.List(made)),
            ("bytes", Convert.ToHexString([.. made.SelectMany(t => model.Tokenizer.Bytes(t).ToArray())])));
    }

    private static Values Embedding(Values given, LanguageExecutor by)
    {
        using var model = LanguageModel.Read(given.Bytes("gguf"));
        var pooling = PoolingNames.Find(given.Text("pooling")) ?? throw new ModelException($"there is no pooling '{ShownName.Of(given.Text("pooling"))}'");
        return Y(by.Embedding(model, given.Wholes("tokens"), pooling, given.Whole("dimensions")));
    }
}
