using System.Diagnostics;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>The official OpenAI client for JavaScript, unchanged, against a node.</summary>
public class OfficialScriptTests(ChatHost host) : IClassFixture<ChatHost>
{
    [Theory]
    [InlineData("chat.mjs", "all of it works")]
    [InlineData("embeddings.mjs", "all of it works")]
    [InlineData("verified.mjs", "all of it is verified")]
    public async Task Official_client_for_JavaScript_runs_unchanged_and_over_a_fetch_that_checks(string script, string says)
    {
        var folder = Folder();
        Assert.SkipUnless(IsThere("node"), "it needs Node.js 20 or newer");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "openai")), "it needs the package openai: npm ci --ignore-scripts in tests/openai-js");
        var start = new ProcessStartInfo("node", [script, host.Url.ToString().TrimEnd('/')])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        using var node = Process.Start(start)!;
        var (said, wrong) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await said + await wrong);
        Assert.Contains(says, await said, StringComparison.Ordinal);
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, program)));

    // The build gives sources other addresses: the folder is looked for from where the tests run.
    private static string Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, "tests", "openai-js")))
                return Path.Combine(at.FullName, "tests", "openai-js");
        throw new DirectoryNotFoundException("tests/openai-js");
    }
}
