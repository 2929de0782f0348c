using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Assay.Node.Tests.Relays;

/// <summary>An upstream that sends exactly the bytes it is told to, right or wrong, whenever it is told to.</summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task serving;

    public TestUpstream()
    {
        listener.Start();
        serving = ServeAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1";

    /// <summary>What it does with a request, once it has read it.</summary>
    public Func<Stream, CancellationToken, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The newest request: its head, and its body.</summary>
    public string Head { get; private set; } = "";

    public byte[] Body { get; private set; } = [];

    public int Requests { get; private set; }

    /// <summary>Whether the other side left while this one was still sending or waiting.</summary>
    public TaskCompletionSource Left { get; } = new();

    /// <summary>It answers with these bytes, and closes.</summary>
    public void Says(string text) => Answer = (stream, cancel) => stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancel).AsTask();

    public void SaysJson(string json, int status = 200, string headers = "") => Says(
        $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\nConnection: close\r\n\r\n{json}");

    public void SaysStream(string events) => Says($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{events}");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await serving;
        listener.Dispose();
        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(OneAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task OneAsync(TcpClient client)
    {
        using (client)
            try
            {
                await using var stream = client.GetStream();
                var bytes = new List<byte>();
                var block = new byte[1 << 14];
                int end;
                while ((end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
                {
                    var count = await stream.ReadAsync(block, stop.Token);
                    if (count == 0)
                        return;
                    bytes.AddRange(block[..count]);
                }
                Head = Encoding.Latin1.GetString([.. bytes[..end]]);
                var length = int.Parse(Head.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
                while (bytes.Count < end + 4 + length)
                    bytes.AddRange(block[..await stream.ReadAsync(block, stop.Token)]);
                Body = [.. bytes[(end + 4)..]];
                Requests++;
                await Answer(stream, stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                Left.TrySetResult();
            }
    }
}
