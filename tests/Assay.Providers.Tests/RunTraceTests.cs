using Assay.Engine.Execution;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;

namespace Assay.Providers.Tests;

/// <summary>The trace of a run (docs/spec/audits.md section 4): the same wherever it ran, and not without a run.</summary>
public class RunTraceTests
{
    // 3 nodes for each: more than the 64 that are watched.
    private const int Layers = 30;

    [Fact]
    public async Task It_is_that_of_the_references_last_values_at_every_instruction_set_and_number_of_threads()
    {
        var model = Deep(1);
        var values = Trace.Of(model.Graph, Input(1).ToDictionary(i => i.Key, ModelValue (i) => i.Value)).Values;
        Assert.Equal(3 * Layers, values.Count);
        var expected = AuditTrace.OfValues([.. values.TakeLast(64).Select(v => Hash.From(v.Digest.AsSpan()))]);
        foreach (var isa in Isas.Supported)
            foreach (var threads in (int[])[1, 2, 3])
            {
                using var engine = new LocalEngine(new SessionOptions { Isa = isa, Threads = threads });
                // Planned runs beside it change nothing.
                var plain = await engine.InvokeAsync(new Invocation(model, Input(1)), default);
                var run = await engine.InvokeAsync(new Invocation(model, Input(1), Watched: true), default);
                Assert.Equal((expected, (Hash?)null), (run.Trace!.Value, plain.Trace));
                Assert.Equal(plain.EncodedOutputs, run.EncodedOutputs);
            }
    }

    [Fact]
    public async Task Another_input_or_weight_gives_another()
    {
        using var engine = new LocalEngine(new SessionOptions { Threads = 1 });
        async Task<Hash> Of(float weight, float input) => (await engine.InvokeAsync(new Invocation(Deep(weight), Input(input), Watched: true), default)).Trace!.Value;
        Hash[] all = [await Of(1, 1), await Of(1, 1.5f), await Of(1.0000001f, 1)];
        Assert.Equal(3, all.Distinct().Count());
        Assert.Equal(all[0], await Of(1, 1));
    }

    [Fact]
    public void It_is_the_digest_that_the_specification_writes_down()
    {
        Assert.Equal(Of([]), AuditTrace.None);
        var hash = Sha256.Of("a value"u8);
        Assert.Equal(Of([0, 0, 0, 0, 0, 0, 0, 1, .. hash.Bytes]), AuditTrace.OfValues([hash]));
        Assert.Equal(Of([0, 0, 0, 0, 0, 0, 0, 3, 0x3F, 0x80, 0, 0, 0x7F, 0xC0, 0, 0, 0x80, 0, 0, 0]), AuditTrace.OfLogits([1, float.NaN, -0f]));

        static Hash Of(byte[] rest) => Sha256.Of([.. "assay/audit-trace/v1\n"u8, .. rest.Length == 0 ? new byte[8] : rest]);
    }

    private static Dictionary<string, Tensor> Input(float x) => new() { ["x0"] = Tensor.From<float>(Shape.Of(4, 8), [.. Enumerable.Range(0, 32).Select(i => x + i * 0.25f)]) };

    private static RunnableModel Deep(float weight)
    {
        var writer = new OnnxWriter(13).Input("x0", DType.Float32, 4, 8).Output($"x{Layers}", DType.Float32, 4, 8)
            .Initialiser("w", Tensor.From<float>(Shape.Of(8, 8), [.. Enumerable.Range(0, 64).Select(i => (i * 37 % 19 - 9) * 0.125f * weight)]))
            .Initialiser("b", Tensor.From<float>(Shape.Of(8), [.. Enumerable.Range(0, 8).Select(i => i * 0.5f - 2)]));
        // What is fused where nobody watches.
        for (var i = 0; i < Layers; i++)
            writer.Node("MatMul", [$"x{i}", "w"], [$"m{i}"]).Node("Add", [$"m{i}", "b"], [$"a{i}"]).Node("Tanh", [$"a{i}"], [$"x{i + 1}"]);
        var graph = OnnxModel.Read(writer.ToBytes());
        return new RunnableModel(new ModelClaim("deep", "1", Sha256.Of(GraphDigest.Of(graph).AsSpan()), "onnx"), graph, Hash.From(GraphDigest.Of(graph)));
    }
}
