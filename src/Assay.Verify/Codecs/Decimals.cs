using System.Globalization;

namespace Assay.Verify.Codecs;

/// <summary>Decimal integers as the tlog formats write them: ASCII digits, no sign, no leading zero but in <c>0</c>.</summary>
public static class Decimals
{
    /// <exception cref="MalformedException">Not such a number, or above 2^64 − 1.</exception>
    public static ulong Read(string text) =>
        text.Length is > 0 and <= 20 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0')
            && ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new MalformedException("expected a decimal number without sign or leading zeros");
}
