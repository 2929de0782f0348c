using System.Text;
using Assay.Engine.Conformance.Language;
using Assay.Engine.Models.Language;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Numerics;
using Assay.Engine.Tests.Numerics.Language;
using static Assay.Engine.Conformance.Language.LanguageValues;

namespace Assay.Engine.Tests.Conformance;

/// <summary>What the test vectors of the profile of language models are made of; the reference computes what comes of it.</summary>
internal static class LanguageVectorCases
{
    public static IEnumerable<LanguageCase> All() =>
        [.. Rows(), .. Products(), .. Norms(), .. Rotations(), .. Attention(), .. Functions(), .. Experts(), .. LogProbabilities(), .. Noise(), .. Picks(), .. Stops(), .. Masks(), .. Models()];

    // Of a kind that a float32 or float16 can be: zeros of both signs, subnormals, great and small ones, infinities, NaN.
    private static readonly float[] Special =
        [0, -0f, float.Epsilon, -1e-40f, 1.17549435e-38f, 1e-20f, -1e-7f, 0.5f, -1, 3.25f, -17.5f, 88.7f, -103.9f, 1e10f, -3e38f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN];

    private static LanguageCase Make(string name, string op, params ReadOnlySpan<(string, string)> given) => LanguageCheck.Make(name, op, Of(given));

    private static string F(params float[] values) => Hex(values);

    private static string N(params int[] values) => List(values);

    private static IEnumerable<LanguageCase> Rows()
    {
        foreach (var type in StoredRows.Types)
            foreach (var hostile in (bool[])[false, true])
            {
                var columns = Math.Max(type.BlockSize, 32);
                yield return Make($"row of {type}{(hostile ? ", any bits" : "")}", "widen", ("type", type.ToString()), ("columns", N(columns)), ("data", Convert.ToHexString(StoredRows.Make(type, 1, columns, 21, hostile))));
            }
        yield return Make("activations", "quantize", ("x", F(Sample.Units(96, 3))));
        yield return Make("activations of every kind", "quantize", ("x", F(StoredRows.Activations(224, 5, hostile: true))));
        yield return Make("activations halfway between whole numbers", "quantize", ("x", F([127, 0.5f, 1.5f, -2.5f, -126.5f, 63.5f, .. new float[26]])));
        yield return Make("activations about the least", "quantize", ("x", F([7.8886e-31f, .. new float[31], -7.88860905e-31f, .. new float[31]])));
    }

    private static IEnumerable<LanguageCase> Products()
    {
        foreach (var type in StoredRows.Types)
        {
            var columns = type.BlockSize > 32 ? 256 : 64;
            yield return Product($"product with {type}", type, 17, columns, Sample.Units(5 * columns, 9), Sample.Units(17, 8), hostile: false);
            yield return Product($"product with {type}, any bits", type, 3, 256, StoredRows.Activations(256, 4, hostile: true), [], hostile: true);
        }

        static LanguageCase Product(string name, WeightType type, int rows, int columns, float[] x, float[] bias, bool hostile) => Make(
            name, "product", ("type", type.ToString()), ("rows", N(rows)), ("columns", N(columns)),
            ("data", Convert.ToHexString(StoredRows.Make(type, rows, columns, 6, hostile))), ("x", F(x)), ("bias", F(bias.Length > 0 ? bias : new float[rows])));
    }

    private static IEnumerable<LanguageCase> Norms()
    {
        foreach (var n in (int[])[1, 16, 33, 100])
            yield return Make($"norm of {n}", "norm", ("x", F(Sample.Units(2 * n, 31))), ("scale", F(Sample.Units(n, 32))), ("epsilon", F(1e-5f)));
        foreach (var value in Special)
            yield return Make($"norm with {value:R}", "norm", ("x", F([value, .. Sample.Units(19, 33)])), ("scale", F([1.5f, .. Sample.Units(18, 34), value])), ("epsilon", F(1e-6f)));
        yield return Make("norm of nothing but zeros", "norm", ("x", F(new float[8])), ("scale", F(Sample.Units(8, 35))), ("epsilon", F(0)));
    }

    private static IEnumerable<LanguageCase> Rotations()
    {
        foreach (var layout in Enum.GetValues<RotaryLayout>())
            foreach (var position in (int[])[0, 1, 63, 64, 4095, 131071])
                yield return Make(
                    $"rotation, {layout}, position {position}", "rotate", ("base", F(position > 4095 ? 500_000 : 10_000)), ("dimensions", N(40)), ("layout", layout.ToString()), ("position", N(position)), ("x", F(Sample.Units(40, 41))));
        yield return Make("rotation of a part", "rotate", ("base", F(10_000)), ("dimensions", N(6)), ("layout", "Halves"), ("position", N(17)), ("x", F(Sample.Units(20, 42))));
        yield return Make(
            "rotation with factors, scale and magnitude", "rotate", ("base", F(1e6f)), ("dimensions", N(8)), ("layout", "Halves"), ("position", N(1000)),
            ("factors", F(1, 1.5f, 4, 8)), ("position_scale", F(0.125f)), ("magnitude", F(1.1902381f)), ("x", F(Sample.Units(8, 43))));
        yield return Make("rotation of every kind", "rotate", ("base", F(10_000)), ("dimensions", N(18)), ("layout", "Adjacent"), ("position", N(3)), ("x", F(Special[..18])));
    }

    private static IEnumerable<LanguageCase> Attention()
    {
        foreach (var (heads, groups, size, positions, window, softcap, hostile) in ((int, int, int, int, int, float, bool)[])
        [
            (4, 2, 8, 1, 0, 0, false), (4, 2, 8, 17, 0, 0, false), (4, 1, 6, 65, 0, 0, false), (2, 2, 8, 70, 5, 0, false), (2, 1, 12, 40, 0, 30, false),
            (2, 1, 8, 40, 0, 0, true), (2, 1, 8, 70, 66, 2, true),
        ])
        {
            var (k, v) = (Sample.Units(positions * groups * size, 51), Sample.Units(positions * groups * size, 52));
            for (var i = 0; i < positions && hostile; i++)
                (k[i * groups * size], v[i * groups * size]) = (i % 11 == 4 ? 3e38f : k[i * groups * size], i % 7 == 3 ? Special[i % Special.Length] : v[i * groups * size]);
            var q = Sample.Units(heads * size, 53);
            if (hostile)
                q[0] = -40;
            yield return Make(
                $"attention of {heads} heads, {positions} positions{(window > 0 ? ", window" : "")}{(softcap > 0 ? ", softcap" : "")}{(hostile ? ", any scores" : "")}", "attention",
                ("heads", N(heads)), ("kv_heads", N(groups)), ("window", N(window)), ("scale", F(0.35355338f)), ("softcap", F(softcap)), ("q", F(q)), ("k", F(k)), ("v", F(v)));
        }
    }

    private static IEnumerable<LanguageCase> Functions()
    {
        float[] x = [.. Special, .. Sample.Units(50, 61).Select(v => 6 * v)];
        float[] up = [.. Sample.Units(x.Length, 62)];
        foreach (var function in Enum.GetValues<GateFunction>())
            yield return Make($"{function}", "gate", ("function", function.ToString()), ("gate", F(x)), ("up", F(up)));
        yield return Make("softcap", "softcap", ("x", F(x)), ("softcap", F(30)));
    }

    private static IEnumerable<LanguageCase> Experts()
    {
        foreach (var (name, r) in ((string, float[])[])
        [
            ("experts", Sample.Units(8, 71)), ("experts, equal ones", [1, 3, 3, 2, 3, 2, 2, 1]), ("experts, NaN", [1, 2, float.NaN, 0]), ("experts, infinity", [1, float.PositiveInfinity, 3, 4]),
            ("experts, minus infinity", [1, float.NegativeInfinity, 3, float.NegativeInfinity]), ("experts, nothing but minus infinity", [float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity]),
        ])
            foreach (var normalized in (int[])[0, 1])
                yield return Make($"{name}{(normalized != 0 ? ", normalized" : "")}", "experts", ("r", F(r)), ("used", N(3)), ("normalized", N(normalized)));
    }

    private static IEnumerable<LanguageCase> LogProbabilities()
    {
        foreach (var (name, scores) in ((string, float[])[])
        [
            ("log-probabilities", Scores(50, 81, 8)), ("log-probabilities, equal ones", [.. Scores(20, 82, 8), 9, 9, 9, -0f, 0]), ("log-probabilities, minus infinity", [.. Scores(20, 83, 8), float.NegativeInfinity]),
            ("log-probabilities, NaN", [.. Scores(9, 84, 8), float.NaN, 1]), ("log-probabilities, infinity", [.. Scores(9, 85, 8), float.PositiveInfinity, 1]),
        ])
            yield return Make(name, "log_probabilities", ("scores", F(scores)), ("token", N(3)), ("top", N(5)));
    }

    private static IEnumerable<LanguageCase> Noise()
    {
        foreach (var (choice, position) in ((int, int)[])[(0, 0), (1, 0), (0, 1), (15, 100_000)])
            yield return Make($"noise of choice {choice}, token {position}", "noise", ("seed", Seed(choice)), ("choice", N(choice)), ("position", N(position)), ("tokens", N(0, 1, 2, 15, 16, 31_999, 262_143)));
    }

    private static IEnumerable<LanguageCase> Picks()
    {
        yield return Pick("greedy", Scores(60, 91, 5), 0, ("temperature", F(0)));
        yield return Pick("greedy, equal ones", [1, 4, 2, 4, -0f], 0, ("temperature", F(0)));
        yield return Pick("greedy, zeros of both signs", [-1, -0f, 0], 0, ("temperature", F(0)));
        yield return Pick("greedy, NaN and infinities", [float.NaN, 2, float.NegativeInfinity, 1e38f], 0, ("temperature", F(0)));
        yield return Pick("greedy, nothing but NaN", [float.NaN, float.NaN], 0, ("temperature", F(0)));
        yield return Pick("greedy, penalties", [5, 4.9f, 4, 1], 0, ("temperature", F(0)), ("generated", N(0, 0, 1)), ("frequency_penalty", F(0.3f)), ("presence_penalty", F(0.1f)));
        yield return Pick("greedy, bias", [5, 4.9f, 4, 1], 0, ("temperature", F(0)), ("bias_tokens", N(0, 3)), ("biases", F(-2, 100)));
        yield return Pick("greedy, allowed ones", [5, 4.9f, 4, 1], 0, ("temperature", F(0)), ("allowed", N(2, 3)), ("bias_tokens", N(3)), ("biases", F(1)));
        for (var i = 0; i < 12; i++)
            yield return Pick($"temperature, {i}", Scores(100, 100 + (ulong)i, 4), i, ("temperature", F(0.1f + (0.15f * i))));
        for (var i = 0; i < 6; i++)
        {
            yield return Pick($"top_p, {i}", Scores(100, 120 + (ulong)i, 4), i, ("temperature", F(0.9f)), ("top_p", F(0.15f * i)));
            yield return Pick($"top_k, {i}", Scores(100, 130 + (ulong)i, 1), i, ("temperature", F(2)), ("top_k", N(1 + (i * i))));
            yield return Pick($"min_p, {i}", Scores(100, 140 + (ulong)i, 4), i, ("temperature", F(1.5f)), ("min_p", F(0.2f * i)));
            yield return Pick($"all of them, {i}", Scores(100, 150 + (ulong)i, 3), i, ("temperature", F(1.25f)), ("top_p", F(0.9f)), ("top_k", N(20)), ("min_p", F(0.05f)), ("presence_penalty", F(0.5f)), ("frequency_penalty", F(-0.25f)),
                ("generated", N(1, 1, 5, 7)), ("bias_tokens", N(4, 9)), ("biases", F(1.5f, -3)), ("allowed", List(Enumerable.Range(0, 100).Where(t => t % 3 != i % 3))));
        }
        yield return Pick("equal ones, top_k", new float[40], 1, ("temperature", F(1)), ("top_k", N(3)));
        yield return Pick("equal ones, top_p", new float[40], 2, ("temperature", F(1)), ("top_p", F(0.5f)));
        yield return Pick("a share of nothing", Scores(40, 160, 3), 3, ("temperature", F(1)), ("top_p", F(0)));
        yield return Pick("infinities", [1, float.PositiveInfinity, 2, float.PositiveInfinity, float.NaN], 4, ("temperature", F(1)));
    }

    private static LanguageCase Pick(string name, float[] scores, int position, params ReadOnlySpan<(string, string)> rest) =>
        Make("pick, " + name, "pick", [("scores", F(scores)), ("seed", Seed(position)), ("choice", N(position % 3)), ("position", N(position)), .. rest]);

    private static IEnumerable<LanguageCase> Stops()
    {
        foreach (var (stop, tokens) in ((string[], string[])[])
        [
            ([], ["a", "", "b"]), (["STOP"], ["one S", "TO", "Pped"]), (["STOP"], ["one S", "TO", "N"]), (["ab", "abc", "bcd"], ["xa", "b", "cd"]), (["bcd", "abcde"], ["abc", "d", "e"]), (["aab"], ["aaa", "ab"]),
            (["\u00e9"], ["caf\u00c3", "x"]), (["end"], ["the e", "n"]),
        ])
            yield return Make(
                $"stop at [{string.Join(' ', stop)}] in [{string.Join(' ', tokens)}]", "stop",
                ("stop", string.Join(',', stop.Select(t => Convert.ToHexString(Encoding.UTF8.GetBytes(t))))), ("tokens", string.Join(',', tokens.Select(t => Convert.ToHexString(Encoding.UTF8.GetBytes(t))))));
        yield return Make("stop within a character", "stop", ("stop", "C3A9"), ("tokens", "636166C3,A921"));
    }

    private static IEnumerable<LanguageCase> Masks()
    {
        // Pieces of JSON, whole and in part; the last ends an answer, the one before is a control token.
        string[] pieces =
        [
            "{", "}", "[", "]", "\"", ":", ",", " ", "\n", "{\"", "\":", "\"}", "\",", ", ", "-", "0", "1", "7", "12", "99", "true", "tru", "e", "false", "null", "a", "b", "warm", "\\", "u00", "\\ud8", "e5", ".5",
            "\"a\":", "\"b\": ", "}}", "]}", "[[", "\u00e9", "x y",
        ];
        const string typed = """{"type":"object","properties":{"a":{"type":"integer","minimum":7,"maximum":120},"b":{"enum":["x y","\u00e9",null]}},"required":["a"]}""";
        foreach (var (name, schema, text) in ((string, string?, string[])[])
        [
            ("any object, at the beginning", null, []), ("any object, a name", null, ["{\"", "a", "\":"]), ("any object, a number", null, ["{\"", "\":", "-"]), ("any object, digits", null, ["{", "\"a\":", "12", ".5", "e5"]),
            ("any object, an escape", null, ["{\"", "\\"]), ("any object, a high surrogate", null, ["{\"", "\\ud8", "12"]), ("any object, the end", null, ["{", "}"]),
            ("properties, at the beginning", typed, []), ("properties, between bounds", typed, ["{", "\"a\":", "1"]), ("properties, above them", typed, ["{", "\"a\":", "12"]),
            ("properties, one of several", typed, ["{", "\"a\":", "7", ", ", "\"b\": "]), ("properties, left out", typed, ["{", "\"a\":", "99"]),
            ("items", """{"type":"array","items":{"type":["boolean","null"]},"minItems":2,"maxItems":3}""", ["[", "true", ","]), ("a string of a length", """{"type":"string","minLength":2,"maxLength":2}""", ["\"", "a"]),
            ("a reference", """{"$ref":"#/$defs/t","$defs":{"t":{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#/$defs/t"},{"type":"null"}]}},"required":["a"]}}}""", ["{", "\"a\":"]),
        ])
        {
            (string, string)[] given =
            [
                ("vocabulary", string.Join(',', pieces.Select(p => Convert.ToHexString(Encoding.UTF8.GetBytes(p)))) + ",,"), ("ends", N(pieces.Length + 1)),
                ("taken", List(text.Select(t => Array.IndexOf(pieces, t)))),
            ];
            yield return Make("mask, " + name, "mask", schema is null ? given : [.. given, ("schema", Convert.ToHexString(Encoding.UTF8.GetBytes(schema)))]);
        }
    }

    private static IEnumerable<LanguageCase> Models()
    {
        var noise = new Noise(11);
        foreach (var (name, gguf) in LanguageVectorModels.All())
        {
            // More than one page of 64 positions, and more than any window.
            var tokens = Enumerable.Range(0, 66).Select(_ => noise.Below(259)).ToArray();
            yield return Make(
                $"model, {name}", "model", ("gguf", Convert.ToHexString(gguf)), ("tokens", List(tokens)), ("generate", N(4)), ("seed", Seed(5)),
                ("temperature", F(name.Contains("F16", StringComparison.Ordinal) ? 0 : 0.8f)), ("top_p", F(0.9f)));
            if (name == "llama, Q4_0")
                foreach (var pooling in Enum.GetValues<Pooling>())
                    yield return Make($"embedding, {pooling}", "embedding", ("gguf", Convert.ToHexString(gguf)), ("tokens", List(tokens[..20])), ("pooling", pooling.Name()), ("dimensions", N(pooling == Pooling.Cls ? 5 : 32)));
        }
    }

    private static float[] Scores(int count, ulong seed, float size) => [.. Sample.Units(count, seed).Select(v => v * size)];

    private static string Seed(int number) => Convert.ToHexString([.. Enumerable.Range(0, 32).Select(i => (byte)((i * 7) + number))]);
}
