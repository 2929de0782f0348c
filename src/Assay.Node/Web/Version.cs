namespace Assay.Node.Web;

internal static class Version
{
    public static string Number { get; } = typeof(Version).Assembly.GetName().Version!.ToString(3);
}
