using Assay.Engine.Execution;
using Assay.Node.State;
using Assay.Store;
using Assay.Verify.Bundles;
using Assay.Verify.Logs;
using Assay.Verify.Policies;
using Assay.Verify.Reports;
using Assay.Verify.Verification;

namespace Assay.Node.Tests;

/// <summary>A node in a folder of its own, which can be closed and opened again.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly NodeOptions options;

    private TestNode(NodeOptions options) => this.options = options with { Engine = new SessionOptions { Threads = 1 } };

    public AssayNode Node { get; private set; } = null!;

    public DataFolder Data => new(folder["data"]);

    public static TestNode Open(NodeOptions? options = null)
    {
        var test = new TestNode(options ?? new NodeOptions());
        test.Node = AssayNode.Open(test.Data, test.options);
        return test;
    }

    public async Task ReopenAsync()
    {
        await CloseAsync();
        Resume();
    }

    /// <summary>Opens it again after <see cref="CloseAsync"/>.</summary>
    public void Resume() => Node = AssayNode.Open(Data, options);

    public async Task CloseAsync() => await Node.DisposeAsync();

    public Task<StoredModel> ImportDigitsAsync() => Node.ImportAsync(Digits.ModelFile);

    public Task<StoredModel> ImportAdderAsync(float c) => Node.ImportAsync(folder.Write($"adder{c}.onnx", Digits.Adder(c)));

    public string Write(string name, byte[] bytes) => folder.Write(name, bytes);

    public Policy Policy => Policy.Parse(File.ReadAllBytes(Data.Policy));

    public Report Verify(Bundle bundle) => Verifier.Verify(bundle.ToBytes(), Policy);

    public void AssertAccepted(Bundle bundle)
    {
        var report = Verify(bundle);
        Assert.True(report.Accepted, report.Headline);
    }

    /// <summary>Folds the whole log again from its entries, which ends in an exception where a rule is broken.</summary>
    public LogState Fold()
    {
        var state = new LogState();
        state.Follow(Node.Reader);
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        folder.Dispose();
    }
}
