using System.Text.Json;
using System.Text.Unicode;
using Assay.Engine.Models;

namespace Assay.Providers.Language;

/// <summary>
/// Sees to it that all texts of a JSON value, names of members too, are of whole characters: JSON allows an escaped half of a surrogate pair
/// (RFC 8259, 8.2), and whoever asks for such a text later gets an exception where nobody expects one.
/// </summary>
internal static class WholeTexts
{
    /// <param name="name">What the JSON is, for messages.</param>
    /// <exception cref="ModelException">One is not; the message begins with the name of the outermost member that it is in.</exception>
    /// <exception cref="JsonException">These bytes are not JSON.</exception>
    public static void Require(string name, ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.IndexOf("\\u"u8) < 0 && Utf8.IsValid(json))
            return;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var where = name;
        while (reader.Read())
        {
            var isMember = reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1;
            if (isMember)
                where = name;
            if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String))
                continue;
            var text = TextOf(ref reader) ?? throw new ModelException($"{where} has a text that is not of whole characters");
            if (isMember)
                where = RequestFields.Cut(text);
        }
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
