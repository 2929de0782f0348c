using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Providers;
using Assay.Store;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Auditing;

/// <summary>A published model, and another that is passed off as it.</summary>
internal sealed class PlayedModels : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public PlayedModels()
    {
        Store = new ModelStore(folder["store"]);
        Stored = Store.Import(folder.Write("model.onnx", Bytes(0.5f)), "m", "1", DateTimeOffset.UnixEpoch);
        var claim = new ModelClaim(Stored.Name, Stored.Version, Stored.Digest, Stored.Format);
        Honest = new RunnableModel(claim, Store.Load(Stored), Stored.Graph);
        Swapped = new RunnableModel(claim, OnnxModel.Read(Bytes(0.5000001f)), Stored.Graph);
    }

    /// <summary>Of an auditor who has the published model.</summary>
    public ModelStore Store { get; }

    public StoredModel Stored { get; }

    public RunnableModel Honest { get; }

    /// <summary>One weight of seven is another; the claim is the same. Differs at element 3.</summary>
    public RunnableModel Swapped { get; }

    public static Dictionary<string, Tensor> Input(ulong sequence) =>
        new() { ["x"] = Tensor.From<float>(Shape.Of(7), [.. Enumerable.Range(1, 7).Select(i => (float)i + sequence % 5)]) };

    public void Dispose() => folder.Dispose();

    private static byte[] Bytes(float fourth) => new OnnxWriter(13)
        .Input("x", DType.Float32, 7).Output("y", DType.Float32, 7)
        .Initialiser("w", Tensor.From<float>(Shape.Of(7), [1, 2, 3, fourth, 5, 6, 7]))
        .Node("Mul", ["x", "w"], ["m"]).Node("Sigmoid", ["m"], ["s"]).Node("Add", ["m", "s"], ["y"]).ToBytes();
}
