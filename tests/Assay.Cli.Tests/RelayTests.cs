using System.Text;

namespace Assay.Cli.Tests;

/// <summary><c>assay relay</c> as an operator runs it.</summary>
public sealed class RelayTests : IDisposable
{
    private const string Key = "sk-secretSECRETsecret";

    private readonly Assay assay = new();

    public void Dispose() => assay.Dispose();

    [Fact]
    public void Relay_is_added_published_listed_and_removed_and_its_key_is_never_shown()
    {
        string[] big = ["relay", "add", "big", "--url", "https://api.example.com/v1", "--model", "big-2", "--as", "large", "--price-in", "2.5", "--price-out", "10", "--key-env", "THE_KEY"];
        var added = assay.RunWith([("THE_KEY", Key)], [.. big, "--json"]);
        Assert.True(added.ExitCode == 0, added.Error);
        Assert.Equal(("big", "large", true, "2.5"), (
            added.Json.GetProperty("name").GetString(), added.Json.GetProperty("claims").GetString(), added.Json.GetProperty("hasKey").GetBoolean(), added.Json.GetProperty("priceIn").GetString()));
        var file = assay.Write("key.txt", Encoding.ASCII.GetBytes(Key + "\n"));
        var small = assay.Run("relay", "add", "small", "--url", "http://127.0.0.1:9/v1", "--model", "s", "--key-file", file);
        Assert.True(small.ExitCode == 0, small.Error);
        var list = assay.Run("relay", "list");
        Assert.Contains("big as large  big-2 at https://api.example.com/v1  with a key  2.5/10 per million tokens", list.Output, StringComparison.Ordinal);
        foreach (var outcome in (Outcome[])[added, small, list, assay.Run("relay", "list", "--json"), assay.Run("list")])
            Assert.DoesNotContain(Key, outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(Key, File.ReadAllText(Path.Combine(assay.Data, "relays", "small.key")));
        Assert.All(Directory.GetFiles(Path.Combine(assay.Data, "relays")), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.Equal(0, assay.Run("relay", "remove", "big").ExitCode);
        Assert.Equal(["small"], assay.Run("relay", "list", "--json").Json.GetProperty("relays").EnumerateArray().Select(r => r.GetProperty("name").GetString()));
        Assert.Equal(0, assay.Run("log", "fsck").ExitCode);
        Assert.Equal(4, assay.Run("relay", "remove", "big").ExitCode);
    }

    [Theory]
    [InlineData(3, "not encrypted", "--url", "http://api.example.com/v1", "--model", "m")]
    [InlineData(3, "not an address", "--url", "https://a:b@api.example.com/v1", "--model", "m")]
    [InlineData(3, "no price", "--url", "https://api.example.com/v1", "--model", "m", "--price-in", "x", "--price-out", "1")]
    [InlineData(2, "go together", "--url", "https://api.example.com/v1", "--model", "m", "--price-in", "1")]
    [InlineData(2, "is not set", "--url", "https://api.example.com/v1", "--model", "m", "--key-env", "NO_SUCH_VARIABLE_HERE")]
    [InlineData(4, "there is no file", "--url", "https://api.example.com/v1", "--model", "m", "--key-file", "nowhere")]
    public void What_cannot_be_is_refused_in_one_line(int code, string says, params string[] arguments)
    {
        var outcome = assay.Run(["relay", "add", "big", .. arguments]);
        Assert.Contains(says, outcome.OneLine, StringComparison.Ordinal);
        Assert.Equal(code, outcome.ExitCode);
    }
}
