using System.Net;
using System.Net.Sockets;

namespace Assay.Log.Tests.Monitoring;

/// <summary>An HTTP server that sends its headers at once and its body one byte at a time, without end.</summary>
internal sealed class DrippingServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly Task serving;

    public DrippingServer()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public Uri Url => new($"http://{listener.LocalEndpoint}/");

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await serving;
        listener.Dispose();
        closing.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await DripAsync(await listener.AcceptTcpClientAsync(closing.Token));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task DripAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"u8.ToArray(), closing.Token);
                while (true)
                {
                    await client.GetStream().WriteAsync("x"u8.ToArray(), closing.Token);
                    await Task.Delay(5, closing.Token);
                }
            }
            catch (IOException)
            {
                // The client has given up, which is what it should do.
            }
        }
    }
}
