namespace Assay.Node.Web.Pages.Views;

/// <summary>A page for what is not here.</summary>
/// <param name="What">What was looked for.</param>
public sealed record MissingView(string Kind, string Title, string What)
{
    public static MissingView Receipt(string id) => new("Receipt", "No such receipt here", id);

    public static MissingView Model(string name) => new("Model", "No such model here", name);

    public static MissingView Search(string query) => new("Search", "Nothing found", query);
}
