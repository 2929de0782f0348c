using System.Globalization;
using System.Text;
using Assay.Verify.Crypto;

namespace Assay.Node.Web.Pages;

/// <summary>How values read on a page. Escaping is the renderer's; this is about what a reader could be made to misread.</summary>
internal static class Show
{
    /// <summary>Text from outside: characters that show nothing or turn the writing round become visible escapes.</summary>
    public static string Text(string text, bool lines = false)
    {
        var shown = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (lines && rune.Value is '\n' or '\t')
                shown.Append((char)rune.Value);
            else if (IsHidden(rune))
                shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                shown.Append(rune);
        return shown.ToString();
    }

    /// <summary>The first digits of a hash, for tables that link to the whole.</summary>
    public static string Short(in Hash hash) => hash.ToHex()[..12] + "…";

    public static string Short(string id) => id.Length > 13 ? id[..12] + "…" : id;

    /// <summary>With thin spaces between thousands: 1 048 576.</summary>
    public static string Number(ulong number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    public static string Number(long number) => Number((ulong)number);

    public static string Bytes(ulong size) => size switch
    {
        1 => "1 byte",
        < 1024 => $"{size} bytes",
        < 1024 * 1024 => $"{size / 1024.0:0.0} KiB",
        < 1024UL * 1024 * 1024 => $"{size / (1024.0 * 1024):0.0} MiB",
        _ => $"{size / (1024.0 * 1024 * 1024):0.0} GiB",
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'\u202fUTC'", CultureInfo.InvariantCulture);

    public static string Count(ulong number, string one, string many) => number == 1 ? $"1 {one}" : $"{Number(number)} {many}";

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
