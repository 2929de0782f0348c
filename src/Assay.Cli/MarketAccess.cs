using System.CommandLine;
using Assay.Node;
using Assay.Node.Web;

namespace Assay.Cli;

/// <summary>Which market a command speaks to: that of <c>--node</c>, else that of the data folder, whether its node is running or not.</summary>
internal static class MarketAccess
{
    public static readonly Option<string?> Node = new("--node")
    {
        Description = "The node whose market it is (default: the node of the data folder, whether it is serving or not)", HelpName = "URL", Recursive = true,
    };

    /// <summary>Opens the market for the length of one command.</summary>
    /// <param name="work">Gets the market; the operator's word is taken from it where the data folder is at hand, or <c>ASSAY_API_KEY</c>.</param>
    /// <param name="begins">Whether a data folder without a node is to get one.</param>
    public static async Task<int> UseAsync(ParseResult parsed, Func<MarketHttp, Task<int>> work, bool begins = false)
    {
        if (parsed.GetValue(Node) is { } url)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
                throw new UsageException($"--node '{url}' is not an address such as {WebHost.DefaultUrl}");
            using var there = new MarketHttp(address, Environment.GetEnvironmentVariable("ASSAY_API_KEY") is { Length: > 0 } key ? key : null);
            return await work(there);
        }
        var folder = Shared.FolderOf(parsed);
        if (!begins && !File.Exists(folder.Policy))
            throw new NodeException(NodeFault.NotFound, $"there is no node in {folder.Path}: --node URL names another");
        AssayNode node;
        try
        {
            node = AssayNode.Open(folder, new NodeOptions());
        }
        catch (NodeException e) when (e.Fault == NodeFault.InUse && folder.OwnerUrl() is not null)
        {
            using var running = new MarketHttp(new Uri(folder.OwnerUrl()!), folder.OwnerToken());
            return await work(running);
        }
        await using (node)
        {
            folder.WriteOwner(null);
            // The same addresses as of a node that serves, for this command alone.
            await using var app = WebHost.Build(node, new Uri("http://127.0.0.1:0"), apiKey: null);
            await app.StartAsync();
            using var own = new MarketHttp(new Uri(app.Urls.First()), node.OperatorToken);
            return await work(own);
        }
    }
}
