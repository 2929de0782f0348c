namespace Assay.Engine.Models;

/// <summary>Names out of files, as messages may show them: one line, not long.</summary>
internal static class ShownName
{
    public static string Of(string name)
    {
        var cut = name.Length > 80 ? string.Concat(name.AsSpan(0, 80), "…") : name;
        return cut.AsSpan().ContainsAnyInRange('\0', '\x1F') || cut.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029')
            ? string.Concat(cut.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c))
            : cut;
    }
}
