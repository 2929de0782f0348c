using Assay.Engine.Conformance.Language;
using Assay.Engine.Language;
using Assay.Engine.Language.Reference;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;
using Assay.Engine.Tests.Models.Gguf;

namespace Assay.Engine.Tests.Language;

/// <summary>
/// Kernels of language models against whoever means harm: shapes of any size, lengths about the ends of pages, any bits in weights, activations, keys and values,
/// and calls that are called off in the middle. The reference's bits come out all the same.
/// </summary>
public sealed class AdversaryTests
{
    private static readonly float[] Hostile =
    [
        0, -0f, float.Epsilon, -float.Epsilon, -1e-40f, 1.17549435e-38f, 7.8e-31f, 7.9e-31f, -7.9e-31f, 1e-20f, 1, -1, 127, 3e38f, -3e38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, BitConverter.UInt32BitsToSingle(0xFFC12345), BitConverter.UInt32BitsToSingle(0x7F800001),
    ];

    [Fact]
    public void Products_of_any_shape_with_any_bits_are_those_of_the_reference()
    {
        var noise = new Noise(101);
        var types = Enum.GetValues<WeightType>();
        using var reference = new ReferenceExecutor();
        foreach (var isa in Isas.Supported)
        {
            using var fast = new FastExecutor(isa, 1 + noise.Below(3));
            for (var round = 0; round < 6 * types.Length; round++)
            {
                var type = types[round % types.Length];
                var (rows, columns, tokens) = (1 + noise.Below(40), Math.Max(32, type.BlockSize) * (1 + noise.Below(4)), 1 + noise.Below(11));
                var data = new byte[rows * type.RowBytes(columns)];
                // Any bits; all zero, so that scales are; few bits, so that they are subnormal or their lesser half is.
                var kind = noise.Below(4);
                for (var i = 0; i < data.Length && kind > 0; i++)
                    data[i] = (byte)(kind == 1 ? noise.Next() & 3 : noise.Next());
                var x = Floats(tokens * columns, noise);
                float[] bias = noise.Below(2) == 0 ? [] : Floats(rows, noise);
                Same(reference.Product(type, data, rows, columns, x, bias), fast.Product(type, data, rows, columns, x, bias), $"{fast.Name}: {type}, {rows} by {columns}, {tokens} tokens, kind {kind}");
            }
        }
    }

    [Fact]
    public void Attention_of_any_shape_and_length_is_that_of_the_reference()
    {
        var noise = new Noise(102);
        int[] lengths = [1, 2, 15, 16, 17, 62, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 200];
        using var reference = new ReferenceExecutor();
        foreach (var isa in Isas.Supported)
        {
            using var fast = new FastExecutor(isa, 1 + noise.Below(3));
            for (var round = 0; round < 5 * lengths.Length; round++)
            {
                var (groups, size, count) = (1 + noise.Below(3), 1 + noise.Below(35), lengths[round % lengths.Length]);
                var heads = groups * (1 + noise.Below(5));
                var window = noise.Below(2) == 0 ? 0 : 1 + noise.Below(2 * count);
                var softcap = noise.Below(3) == 0 ? 30f : 0;
                var (q, k, v) = (Floats(heads * size, noise), Floats(count * groups * size, noise), Floats(count * groups * size, noise));
                Same(
                    reference.Attend(heads, groups, window, 0.3f, softcap, q, k, v), fast.Attend(heads, groups, window, 0.3f, softcap, q, k, v),
                    $"{fast.Name}: {heads} heads of {size} over {groups}, {count} positions, window {window}, softcap {softcap}");
            }
        }
    }

    [Fact]
    public void Norms_rotations_and_gates_of_any_bits_are_those_of_the_reference()
    {
        var noise = new Noise(103);
        using var reference = new ReferenceExecutor();
        foreach (var isa in Isas.Supported)
        {
            using var fast = new FastExecutor(isa, 2);
            for (var round = 0; round < 60; round++)
            {
                var n = 1 + noise.Below(70);
                var (x, other) = (Floats(n, noise), Floats(n, noise));
                Same(reference.Norm(x, other, 1e-6f), fast.Norm(x, other, 1e-6f), $"{fast.Name}: norm of {n}");
                foreach (var function in Enum.GetValues<GateFunction>())
                    Same(reference.Gate(function, x, other), fast.Gate(function, x, other), $"{fast.Name}: {function} of {n}");
                Same(reference.Cap(x, 30), fast.Cap(x, 30), $"{fast.Name}: softcap of {n}");
                var rotary = new RotaryEmbedding { Base = 10_000, Dimensions = 2 * (1 + noise.Below((n / 2) + 1)), Layout = (RotaryLayout)noise.Below(2) };
                var head = Floats(rotary.Dimensions + noise.Below(3), noise);
                var position = noise.Below(1 << 20);
                Same(reference.Rotate(rotary, position, head), fast.Rotate(rotary, position, head), $"{fast.Name}: rotation of {rotary.Dimensions} at {position}");
            }
        }
    }

    [Theory, InlineData("qwen3", WeightType.Q8_0), InlineData("gemma2", WeightType.Q4_0), InlineData("mixtral", WeightType.F32)]
    public async Task Calls_that_are_called_off_at_any_time_leave_the_bits_and_the_pages_of_the_others(string family, WeightType type)
    {
        using var model = LanguageModel.Read(TinyModels.Write(family, type));
        var noise = new Noise(104);
        var tokens = Enumerable.Range(0, 3).Select(i => PrefillDecodeTests.Tokens(model.Architecture, (ulong)i + 20, 70 + (30 * i))).ToArray();
        var expected = Array.ConvertAll(tokens, t => ReferenceLanguage.Scores(model.Architecture, model.Weights, t));
        using var session = new LanguageSession(model, new() { Threads = 3, BatchTokens = 16 });
        var calledOff = 0;
        for (var round = 0; round < 25; round++)
        {
            var steps = tokens.Select(_ => new LanguageStep(session.NewSequence())).ToArray();
            while (steps.Where((s, i) => s.Sequence.Length < tokens[i].Length).ToList() is { Count: > 0 } left)
            {
                foreach (var step in left)
                {
                    var all = tokens[Array.IndexOf(steps, step)];
                    step.Tokens = all.AsMemory(step.Sequence.Length, Math.Min(all.Length - step.Sequence.Length, 1 + noise.Below(40)));
                    step.Scored = step.Tokens.Length;
                }
                var before = left.ConvertAll(s => s.Sequence.Length);
                using var cancel = new CancellationTokenSource();
                // Before the call, or from another thread, whenever that comes to it: before, within or behind the call.
                var spins = noise.Below(20_000);
                var caller = noise.Below(4) switch
                {
                    0 => cancel.CancelAsync(),
                    1 => Task.Run(() =>
                    {
                        Thread.SpinWait(spins);
                        cancel.Cancel();
                    }, TestContext.Current.CancellationToken),
                    _ => Task.CompletedTask,
                };
                try
                {
                    session.Evaluate([.. left], cancel.Token);
                }
                catch (OperationCanceledException)
                {
                    calledOff++;
                    Assert.Equal(before, left.ConvertAll(s => s.Sequence.Length));
                    continue;
                }
                finally
                {
                    await caller;
                }
                foreach (var step in left)
                    for (var i = 0; i < step.Scored; i++)
                        Same(expected[Array.IndexOf(steps, step)][step.Sequence.Length - step.Scored + i], step.Scores(i).ToArray(), $"round {round}, length {step.Sequence.Length}");
            }
            foreach (var step in steps)
                step.Sequence.Dispose();
            Assert.Equal(session.Pages, session.FreePages);
        }
        Assert.True(calledOff > 0);
    }

    // Numbers of a common size, here and there anything, now and then nothing else.
    private static float[] Floats(int count, Noise noise)
    {
        var x = noise.Floats(count);
        var often = noise.Below(4) switch { 0 => 0, 1 => 2, 2 => 40, _ => 400 };
        for (var i = 0; i < count && often > 0; i++)
            if (noise.Below(often) == 0)
                x[i] = noise.Below(4) == 0 ? BitConverter.UInt32BitsToSingle((uint)noise.Next()) : Hostile[noise.Below(Hostile.Length)];
        return x;
    }

    private static void Same(float[] expected, float[] actual, string label) => PrefillDecodeTests.AssertSame(expected, actual, label);
}
