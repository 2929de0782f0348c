using System.Text.Json.Nodes;
using Assay.Proofs.Models.Layers;

namespace Assay.Bench.Proofs;

/// <summary>
/// circomlib-ml and snarkjs (Groth16), in a process of its own (bench/zk/circom.mjs): dense layers on the same weights and inputs, without
/// requantisation, as its circuits have none.
/// </summary>
internal sealed class CircomPeer : IDisposable
{
    public const string Name = "circomlib-ml + snarkjs (wasm)";

    private readonly string folder = Directory.CreateTempSubdirectory("assay-zk-").FullName;
    private readonly NodeProcess process;
    private readonly IReadOnlyList<(DenseLayer Layer, LayerWeights Weights)> layers;

    /// <exception cref="BenchException">It cannot be started, or its circuit cannot be made.</exception>
    public CircomPeer(IReadOnlyList<(DenseLayer Layer, LayerWeights Weights)> layers)
    {
        this.layers = layers;
        try
        {
            process = new NodeProcess(Name, "bench/zk/circom.mjs", folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public string Version => process.Hello["version"]!.GetValue<string>();

    /// <summary>Whether <c>bench/peers</c> has installed it.</summary>
    public static bool IsInstalled => Places.InRepository("bench/node_modules/snarkjs/package.json") is not null;

    /// <summary>Milliseconds in which the circuit is compiled and its keys are made, by one party that knows the secret.</summary>
    public double SetUp() => Milliseconds(process.Ask(new JsonObject { ["do"] = "setup", ["layers"] = new JsonArray([.. layers.Select(l => Description(l.Layer, l.Weights))]) }));

    /// <exception cref="BenchException">Its outputs are not those of the network.</exception>
    public (double Milliseconds, int Bytes) Prove(ReadOnlySpan<sbyte> input)
    {
        var answer = process.Ask(new JsonObject { ["do"] = "prove", ["input"] = List(input.ToArray().Select(x => (int)x)) });
        if (!answer["outputs"]!.AsArray().Select(y => y!.GetValue<long>()).SequenceEqual(Run(input)))
            throw new BenchException($"{Name}: its circuit gives other outputs than the network");
        return (Milliseconds(answer), answer["bytes"]!.GetValue<int>());
    }

    /// <exception cref="BenchException">Its own proof is refused, or is accepted for another output.</exception>
    public double Verify()
    {
        var answer = process.Ask(new JsonObject { ["do"] = "verify" });
        if (!answer["valid"]!.GetValue<bool>() || process.Ask(new JsonObject { ["do"] = "forged" })["valid"]!.GetValue<bool>())
            throw new BenchException($"{Name}: it refuses its proof, or takes it for another output");
        return Milliseconds(answer);
    }

    public void Dispose()
    {
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    // Exact sums, rectified where the layer is, never requantised: within 2^53 for these networks.
    private long[] Run(ReadOnlySpan<sbyte> input)
    {
        var x = Array.ConvertAll(input.ToArray(), v => (long)v);
        foreach (var (layer, weights) in layers)
        {
            var y = new long[layer.Outputs];
            for (var j = 0; j < y.Length; j++)
            {
                y[j] = weights.Biases[j];
                for (var k = 0; k < x.Length; k++)
                    y[j] += weights.Values[j * x.Length + k] * x[k];
                if (IsRectified(layer))
                    y[j] = Math.Max(0, y[j]);
            }
            x = y;
        }
        return x;
    }

    private static bool IsRectified(DenseLayer layer) => layer.Groups[0].Low == layer.Groups[0].ZeroPoint;

    private static JsonObject Description(DenseLayer layer, LayerWeights weights)
    {
        var inner = weights.Values.Length / layer.Outputs;
        return new()
        {
            ["inputs"] = inner, ["outputs"] = layer.Outputs, ["rectified"] = IsRectified(layer), ["biases"] = List(weights.Biases),
            ["weights"] = new JsonArray([.. Enumerable.Range(0, layer.Outputs).Select(j => List(weights.Values.Skip(j * inner).Take(inner).Select(w => (int)w)))]),
        };
    }

    private static JsonArray List(IEnumerable<int> numbers) => [.. numbers.Select(n => (JsonNode)n)];

    private static double Milliseconds(JsonNode answer) => 1000 * answer["seconds"]!.GetValue<double>();
}
