using Assay.Proofs.Models;

namespace Assay.Bench.Proofs;

/// <summary>What is proved and with which parameters.</summary>
/// <param name="Name">As in the rows.</param>
/// <param name="Batch">Inferences in one proof.</param>
/// <param name="More">Inferences in a larger proof, from which the cost of one more follows; null where it would be larger than verifiers take.</param>
internal sealed record ProofCase(string Name, Func<ProofNetwork> Network, ProofParameters Parameters, int Batch = 1, int? More = 4)
{
    private static readonly ProofParameters small = new(10, 3, 124, 12);

    /// <summary>
    /// DeepProve's two published shapes (its README), the six of ZKML-Benchmark (dense layers of those widths; convolutions of those
    /// channels, 5 × 5 at 28 × 28 and 3 × 3 at 14 × 14, each with the mean of two by two), and a block of GPT-2's sizes, causal.
    /// </summary>
    public static IReadOnlyList<ProofCase> All { get; } =
    [
        new("cnn-264k", () => Images(3, 32).Conv(12, 5).MaxPool().Conv(33, 5).MaxPool().Flatten().Dense(250).Dense(175).Dense(10, ProofNetwork.Then.Nothing), new(12, 3, 124, 14)),
        new("dense-4m", Dense4M, new(13, 3, 124, 14)),
        new("dense-4m-x64", Dense4M, new(14, 2, 152, 16), 64, 80),
        new("mlp-196-25-10", () => new ProofNetwork(196).Dense(25).Dense(10, ProofNetwork.Then.Nothing), small with { LogColumns = 9 }),
        new("mlp-784-56-10", () => new ProofNetwork(784).Dense(56).Dense(10, ProofNetwork.Then.Nothing), small),
        new("mlp-196-24-14-10", () => new ProofNetwork(196).Dense(24).Dense(14).Dense(10, ProofNetwork.Then.Nothing), small with { LogColumns = 9 }),
        new("cnn-28-6-16-10", () => Images(1, 28).Conv(6, 5).AveragePool().Conv(16, 5).AveragePool().Flatten().Dense(10, ProofNetwork.Then.Nothing), small),
        new("cnn-14-5-11-80-10", () => Images(1, 14).Conv(5, 3).AveragePool().Conv(11, 3).AveragePool().Flatten().Dense(80).Dense(10, ProofNetwork.Then.Nothing), small),
        new("lenet-28", () => Images(1, 28).Conv(6, 5).AveragePool().Conv(16, 5).AveragePool().Flatten().Dense(120).Dense(84).Dense(10, ProofNetwork.Then.Nothing), small),
        new("block-768x64", () => Block(tokens: 64, width: 768, heads: 12, between: 3072), new(14, 2, 152, 16), More: null),
    ];

    /// <summary>Whether making its commitment takes long enough to show in a test.</summary>
    public bool IsLarge => Parameters.LogColumns > 10;

    private static ProofNetwork Images(int channels, int side) => new(channels, side, side);

    // The published one rectifies its three outputs too, which costs a proof nothing, and leaves little to compare.
    private static ProofNetwork Dense4M() => new ProofNetwork(4).Dense(1000).Dense(1000).Dense(1000).Dense(1000).Dense(1000).Dense(3, ProofNetwork.Then.Nothing);

    // Normalisation stands before attention and before the wide layers, as in GPT-2.
    internal static ProofNetwork Block(int tokens, int width, int heads, int between)
    {
        var (network, size) = (new ProofNetwork(tokens, width).Normalize(), width / heads);
        var normalized = network.Last;
        var (queries, keys, values) = (Heads(2, 1, 3), Heads(2, 3, 1), Heads(2, 1, 3));
        var attended = network.MatMul(queries, keys).Softmax().Last;
        // A row of weights adds up to 255, most of it on some fifteen tokens.
        network.MatMul(attended, values, 255 * 40 / Math.Sqrt(15)).Transpose(2, 1, 3).Reshape(tokens, width).Dense(width, ProofNetwork.Then.Nothing);
        var middle = network.Residual(0, network.Last).Last;
        network.Normalize().Dense(between, ProofNetwork.Then.Gelu).Dense(width, ProofNetwork.Then.Nothing);
        return network.Residual(middle, network.Last);

        int Heads(params ReadOnlySpan<int> order) =>
            network.Dense(width, ProofNetwork.Then.Nothing, normalized).Reshape(tokens, heads, size).Transpose(order).Last;
    }
}
