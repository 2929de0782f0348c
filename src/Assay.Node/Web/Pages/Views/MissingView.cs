namespace Assay.Node.Web.Pages.Views;

/// <summary>A page for what is not here.</summary>
/// <param name="What">What was looked for.</param>
public sealed record MissingView(string Kind, string Title, string What)
{
    public static MissingView Receipt(string id) => new("Receipt", "No such receipt here", id);

    public static MissingView Model(string name) => new("Model", "No such model here", name);

    public static MissingView Account(string id) => new("Account", "No such account is kept here", id);

    public static MissingView Provider(string origin) => new("Provider", "No account of such a provider is kept here", origin);

    public static MissingView Market(string what) => new("Market", what.Length == 0 ? "This node has no market" : "No such thing in the market of this node", what);

    public static MissingView Search(string query) => new("Search", "Nothing found", query);
}
