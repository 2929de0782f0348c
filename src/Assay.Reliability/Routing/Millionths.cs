namespace Assay.Reliability.Routing;

/// <summary>Decimals without sign and exponent, with at most six digits after their point, as whole millionths.</summary>
public static class Millionths
{
    public const ulong One = 1_000_000;

    private const int Digits = 6, MaxWhole = 10;

    /// <returns>Null where the text is none: digits, or digits on both sides of a point; or where it has more than ten before the point.</returns>
    public static ulong? Parse(string text)
    {
        if (text.Split('.') is not [var whole, .. var rest] || rest.Length > 1 || rest is [{ Length: 0 or > Digits }] || whole.Length is 0 or > MaxWhole)
            return null;
        var value = 0UL;
        foreach (var c in whole + (rest is [var fraction] ? fraction : "").PadRight(Digits, '0'))
        {
            if (!char.IsAsciiDigit(c))
                return null;
            value = value * 10 + (ulong)(c - '0');
        }
        return value;
    }
}
