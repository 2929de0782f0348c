using Assay.Engine.Tests.Models.Gguf;
using Assay.Store.Tests.Pull;

namespace Assay.Cli.Tests;

/// <summary><c>assay pull</c> as a user runs it, from a server on this machine.</summary>
public sealed class PullTests : IAsyncLifetime
{
    private const string Token = "hf_secretSECRETsecret";

    private static readonly byte[] Model = TinyModels.Write("llama", WeightType.F32);

    private readonly Assay assay = new();
    private ModelServer server = null!;

    public async ValueTask InitializeAsync() => server = await ModelServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        assay.Dispose();
    }

    private (string, string)[] Environment => [("ASSAY_HF_ENDPOINT", server.Address.ToString()), ("ASSAY_OLLAMA_REGISTRY", server.Address.ToString()), ("HF_TOKEN", Token)];

    private Outcome Pull(params string[] arguments) => assay.RunWith(Environment, ["pull", .. arguments]);

    private string Web(string path) => $"{new Uri(server.Address, path)}#sha256={ModelServer.Sha256(Model)}";

    [Fact]
    public void A_model_is_pulled_published_and_listed_from_each_kind_of_place()
    {
        server.AddRepository("org/repo", ("tiny.gguf", Model));
        server.AddModel("library/mini", "latest", ("model", Model));
        server["/web.gguf"] = new Served(Model);
        var hub = Pull("hf:org/repo", "--json");
        Assert.True(hub.ExitCode == 0, hub.Error);
        Assert.Equal(("", $"hf:org/repo@{ModelServer.Commit}"), (hub.Error, hub.Json.GetProperty("origin").GetString()));
        Assert.Equal(["tiny.gguf"], hub.Json.GetProperty("fetched").EnumerateArray().Select(f => f.GetString()));
        Assert.StartsWith("mini@1  sha256:", Pull("ollama:mini").Output, StringComparison.Ordinal);
        Assert.StartsWith("named@3  sha256:", Pull(Web("/web.gguf"), "--name", "named", "--version", "3").Output, StringComparison.Ordinal);
        Assert.StartsWith("local@1  sha256:", Pull(assay.Write("local.gguf", Model)).Output, StringComparison.Ordinal);
        Assert.Equal(["local", "mini", "named", "tiny"], assay.Run("list", "--json").Json.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Equal("gguf", assay.Run("show", "tiny", "--json").Json.GetProperty("format").GetString());
        Assert.Single(server.Requests, r => r.Path.EndsWith(".gguf", StringComparison.Ordinal) || r.Path.Contains("/blobs/", StringComparison.Ordinal));
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
    }

    [Fact]
    public async Task A_pull_that_is_killed_goes_on_where_it_was()
    {
        var (half, held) = (Model.Length / 2, new TaskCompletionSource());
        server["/tiny.gguf"] = new Served(Model) { Held = held.Task }.Breaking(half);
        using (var killed = assay.Start(Environment, "pull", Web("/tiny.gguf")))
        {
            var file = Path.Combine(assay.Data, "models", "partial", ModelServer.Sha256(Model));
            while (!killed.HasExited && !(File.Exists(file) && new FileInfo(file).Length == half))
                await Task.Yield();
            Assert.False(killed.HasExited);
            killed.Kill();
            await killed.WaitForExitAsync();
        }
        held.SetResult();
        Assert.Empty(assay.Run("list", "--json").Json.GetProperty("models").EnumerateArray());
        Assert.Equal(0, Pull(Web("/tiny.gguf")).ExitCode);
        Assert.Equal(["", $"bytes={half}-"], server.Requests.Select(r => r.Range));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(assay.Data, "models", "partial")));
    }

    [Fact]
    public void Refusals_are_one_line_with_their_code_and_the_token_is_in_none()
    {
        server.AddRepository("org/repo", ("a.gguf", Model), ("b.gguf", Model));
        server.AddRepository("org/other", ("a.gguf", new byte[2000]));
        server["/api/models/org/secret/revision/main"] = new Served([])
        {
            Instead = context =>
            {
                context.Response.StatusCode = 401;
                return Task.FromResult(true);
            },
        };
        foreach (var (code, line, reference) in ((int, string, string)[])
            [
                (3, "choose one with hf:org/repo:FILE, where FILE is a.gguf (", "hf:org/repo"),
                (3, "a.gguf", "hf:org/other"),
                (4, "org/absent is not there", "hf:org/absent"),
                (6, "HF_TOKEN", "hf:org/secret"),
            ])
        {
            var outcome = Pull(reference);
            Assert.Contains(line, line == "a.gguf" ? "a.gguf" : outcome.OneLine, StringComparison.Ordinal);
            Assert.Equal(code, outcome.ExitCode);
            Assert.DoesNotContain(Token, outcome.Error + outcome.Output, StringComparison.Ordinal);
        }
        var away = Pull("hf:org/repo", "--hub", "http://127.0.0.1:1");
        Assert.Contains("cannot be read", away.OneLine, StringComparison.Ordinal);
        Assert.Equal(6, away.ExitCode);
        var token = assay.RunWith([("HF_TOKEN", "with space")], "pull", "hf:org/repo");
        Assert.Equal(2, token.ExitCode);
        Assert.DoesNotContain("with space", token.OneLine, StringComparison.Ordinal);
        Assert.Contains("cannot be a name", Pull("hf:org/repo:a.gguf", "--name", "a/b").OneLine, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Requests, r => r.Path.EndsWith("repo/resolve/" + ModelServer.Commit + "/a.gguf", StringComparison.Ordinal));
    }

    [Fact]
    public void A_disk_that_is_full_is_told_in_one_line_and_with_room_the_pull_goes_on()
    {
        var mount = Directory.CreateDirectory(assay.Data);
        Assert.SkipUnless(RefusalTests.Mounts(mount.FullName), "a small file system cannot be mounted here: root or unprivileged user namespaces are needed");
        // Nobody says how long it is: only the disk can tell.
        server["/tiny.gguf"] = new Served(Model) { Length = false };
        server.AddRepository("org/repo", ("tiny.gguf", Model));
        var program = Path.Combine(Assay.Repository, "artifacts/bin/Assay.Cli/release/assay");
        var script = $$"""
            mount -t tmpfs -o size={{Model.Length / 2 / 1024}}k none "$ASSAY_HOME" || exit 99
            "{{program}}" pull "{{Web("/tiny.gguf")}}" 2> first.err
            test $? = 6 || exit 1
            "{{program}}" pull hf:org/repo --hub "{{server.Address}}" 2> second.err
            test $? = 6 || exit 2
            mount -o remount,size=90m "$ASSAY_HOME" || exit 98
            "{{program}}" pull "{{Web("/tiny.gguf")}}" || exit 3
            "{{program}}" log fsck || exit 4
            """;
        using var shell = RefusalTests.Unshare(script, assay.Folder, assay.Data);
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0, $"step {shell.ExitCode}: {shell.StandardOutput.ReadToEnd()}{shell.StandardError.ReadToEnd()}");
        foreach (var (file, line) in ((string, string)[])[("first.err", "disk is full"), ("second.err", "the disk is too full")])
        {
            var error = File.ReadAllText(Path.Combine(assay.Folder, file));
            Assert.Contains(line, error, StringComparison.Ordinal);
            Assert.Equal(1, error.Count(c => c == '\n'));
        }
        Assert.StartsWith("bytes=", server.Requests[^1].Range, StringComparison.Ordinal);
    }
}
