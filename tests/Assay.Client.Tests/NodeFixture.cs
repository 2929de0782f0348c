using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Node;
using Assay.Node.Web;
using Assay.Verify.Policies;
using Microsoft.AspNetCore.Builder;

namespace Assay.Client.Tests;

/// <summary>A real node behind its web host, with two small models: y = x + c and z = x + x.</summary>
public sealed class NodeFixture : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private WebApplication? app;
    private AssayNode? node;

    public Uri Url { get; private set; } = null!;

    public Policy Policy { get; private set; } = null!;

    public DataFolder Data => new(folder["data"]);

    private static byte[] Adder(float c) => new OnnxWriter(13)
        .Input("x", DType.Float32, 2).Output("y", DType.Float32, 2).Output("z", DType.Float32, 2)
        .Initialiser("c", Tensor.From<float>(Shape.Of(2), [c, c]))
        .Node("Add", ["x", "c"], ["y"]).Node("Add", ["x", "x"], ["z"]).ToBytes();

    public static string Request(string data = "[1,2]") =>
        $$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"data":{{data}}}]}""";

    public async ValueTask InitializeAsync()
    {
        node = AssayNode.Open(Data, new NodeOptions());
        await node.ImportAsync(folder.Write("adder.onnx", Adder(1)));
        await node.ImportAsync(folder.Write("other.onnx", Adder(2)));
        app = WebHost.Build(node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Url = new Uri(app.Urls.First());
        Policy = Policy.Parse(await File.ReadAllBytesAsync(Data.Policy));
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (node is not null)
            await node.DisposeAsync();
        folder.Dispose();
    }
}
