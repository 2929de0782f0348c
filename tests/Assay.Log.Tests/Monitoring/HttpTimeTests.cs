using Assay.Log.Monitoring;
using Assay.Log.Witnessing;

namespace Assay.Log.Tests.Monitoring;

/// <summary>A server that goes on answering without coming to an end is one that does not answer.</summary>
public sealed class HttpTimeTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private DrippingServer server = null!;

    public ValueTask InitializeAsync()
    {
        server = new DrippingServer();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_log_that_drips_its_body_does_not_hold_the_monitor()
    {
        using var source = new HttpLogSource(server.Url, Short);
        var reading = Task.Run(() => source.Read("checkpoint", 100_000));
        var refused = await Assert.ThrowsAsync<LogException>(() => reading.WaitAsync(Patience));
        Assert.Equal(LogFault.Io, refused.Fault);
        Assert.Contains("no whole answer within", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_witness_that_drips_its_answer_does_not_hold_the_cosigner()
    {
        using var limit = new CancellationTokenSource(Short);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => HttpWitnessTransport.PostAsync(server.Url, [], limit.Token).WaitAsync(Patience));
    }
}
