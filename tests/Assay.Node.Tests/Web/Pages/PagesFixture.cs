using System.Net;
using System.Text;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Node.Receipts;
using Assay.Node.Web;
using Assay.Store;
using Microsoft.AspNetCore.Builder;

namespace Assay.Node.Tests.Web.Pages;

/// <summary>A node behind its web host on a free port, with one model and one receipt in which every text that comes from outside is hostile.</summary>
public sealed class PagesFixture : IAsyncLifetime
{
    public const string Hostile = "\"><script>alert(1)</script>";
    public const string Nonce = "</dd><img src=x onerror=alert(2)>\u202egnp.exe";
    public const string ModelName = "scale";

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"assay-pages-{Guid.NewGuid():N}");
    private WebApplication? app;

    public AssayNode Node { get; private set; } = null!;

    public StoredModel Model { get; private set; } = null!;

    public Answer Answer { get; private set; } = null!;

    /// <summary>Follows no redirects.</summary>
    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Node = AssayNode.Open(new DataFolder(Path.Combine(folder, "data")), new NodeOptions { Name = "node" + Hostile, Region = "region" + Hostile });
        Model = await Node.ImportAsync(WriteModel(), ModelName);
        var inputs = new Dictionary<string, Tensor> { ["in" + Hostile] = Tensor.From<float>(Shape.Of(2), [1, 2]) };
        Answer = await Node.InvokeAsync(Model, inputs, new CallerTerms(Nonce));
        _ = await Node.BundleAsync(Answer.Receipt);
        app = WebHost.Build(Node, new Uri("http://127.0.0.1:0"), apiKey: null);
        await app.StartAsync();
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        await Node.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public async Task<string> PageAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await Client.GetAsync(path);
        Assert.Equal(expected, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    private string WriteModel()
    {
        var model = Path.Combine(folder, "model");
        Directory.CreateDirectory(model);
        var onnx = new OnnxWriter(13)
            .Input("in" + Hostile, DType.Float32, 2)
            .Output("out" + Hostile, DType.Float32, 2)
            .Node("Add", ["in" + Hostile, "in" + Hostile], ["out" + Hostile]);
        File.WriteAllBytes(Path.Combine(model, "model.onnx"), onnx.ToBytes());
        File.WriteAllText(Path.Combine(model, "README.md"), $"# Card\n</pre>{Hostile}\u202e", Encoding.UTF8);
        File.WriteAllText(Path.Combine(model, "<img src=x onerror=alert(3)>"), "a file with an unkind name");
        return model;
    }
}
