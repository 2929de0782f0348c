using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Engine.Conformance.Language;

/// <summary>One test vector of the profile of language models: an operation, what it is given and what comes of it.</summary>
/// <remarks>
/// One JSON object a line: <c>name</c>, <c>op</c>, <c>in</c> and <c>out</c>, the last two objects of texts (docs/spec/assay-llm-v1.md, section 6):
/// whole numbers in decimal, lists of them with commas, bytes and little-endian float32 in hex, or a name.
/// </remarks>
public sealed record LanguageCase(string Name, string Op, ImmutableDictionary<string, string> In, ImmutableDictionary<string, string> Out)
{
    public override string ToString() => Name;

    /// <summary>The cases of a file, one a line.</summary>
    /// <exception cref="ModelException">A line is not a case.</exception>
    public static IEnumerable<LanguageCase> ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return Read(line);
    }

    /// <exception cref="ModelException">The line is not a case.</exception>
    public static LanguageCase Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new(root.GetProperty("name").GetString()!, root.GetProperty("op").GetString()!, Members(root.GetProperty("in")), Members(root.GetProperty("out")));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new ModelException($"not a test vector: {e.Message}", e);
        }
    }

    /// <summary>The case as its line, without the line's end.</summary>
    public void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("op", Op);
        foreach (var (member, values) in ((string, ImmutableDictionary<string, string>)[])[("in", In), ("out", Out)])
        {
            json.WriteStartObject(member);
            foreach (var (name, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static ImmutableDictionary<string, string> Members(JsonElement json) =>
        json.EnumerateObject().ToImmutableDictionary(m => m.Name, m => m.Value.GetString() ?? throw new InvalidOperationException($"'{m.Name}' is no text"), StringComparer.Ordinal);
}
