using System.Net;
using System.Text;

namespace Assay.Cli.Commands;

/// <summary>Brings an indexer's notes to the node whose log they are about, where its bundles can carry them (<c>POST /v1/index/cosignatures</c>).</summary>
internal sealed class NoteBringer : IDisposable
{
    private const string LogPath = "/log";

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly HashSet<string> brought = new(StringComparer.Ordinal);
    private readonly Uri target;
    private readonly string folder;

    private NoteBringer(Uri target, string folder) => (this.target, this.folder) = (target, folder);

    /// <summary>Null where the log's address is not a node's: nobody there would take them.</summary>
    /// <param name="log">The log's address; a node's has <c>/log</c> behind its own.</param>
    /// <param name="folder">The monitor's.</param>
    public static NoteBringer? For(Uri log, string folder)
    {
        var path = log.AbsolutePath.TrimEnd('/');
        return path.EndsWith(LogPath, StringComparison.Ordinal)
            ? new NoteBringer(new Uri(log, $"{path[..^LogPath.Length]}/v1/index/cosignatures"), Path.Combine(folder, "index"))
            : null;
    }

    /// <summary>Brings what was not brought yet. What is not taken is told, and tried again at the next look.</summary>
    public async Task BringAsync(CancellationToken cancel)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder, "*.note").Where(f => !brought.Contains(f)).Order(StringComparer.Ordinal))
        {
            try
            {
                using var note = new StringContent(await File.ReadAllTextAsync(file, cancel), Encoding.UTF8, "text/plain");
                using var answer = await http.PostAsync(target, note, cancel);
                if (answer.IsSuccessStatusCode)
                    brought.Add(file);
                else
                    Tell(file, answer.StatusCode == HttpStatusCode.Forbidden ? "the node's policy does not name this indexer: `assay serve --indexer VKEY`" : $"status {(int)answer.StatusCode}");
                // A server that has no such place will not have it at the next look either.
                if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
                    brought.Add(file);
            }
            catch (HttpRequestException e)
            {
                Tell(file, e.Message);
            }
        }
    }

    public void Dispose() => http.Dispose();

    private void Tell(string file, string why) => Console.Error.WriteLine($"assay: {Path.GetFileName(file)} was not taken by {target}: {why}");
}
