using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Assay.Verify.Json;

namespace Assay.Verify.Answers;

/// <summary>How calls of tools are read out of an answer's tokens: <c>parameters.tools</c> of its receipt (docs/spec/receipt.md, Language models).</summary>
/// <param name="EndsWithFirst">Whether an answer ends with its first call, and what follows is no part of it.</param>
/// <param name="Marks">Control tokens that add nothing to the answer and stand for these texts where calls are looked for, by id.</param>
public sealed record ToolReading(ToolCallFormat Format, bool EndsWithFirst, ImmutableSortedDictionary<uint, string> Marks)
{
    private const int MostMarks = 64;

    public bool Equals(ToolReading? other) => other is not null && Format == other.Format && EndsWithFirst == other.EndsWithFirst && Marks.SequenceEqual(other.Marks);

    public override int GetHashCode() => HashCode.Combine(Format, Marks.Count);

    /// <summary>Writes the object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("format", Format.Name);
        if (EndsWithFirst)
            json.WriteBoolean("first", true);
        json.WriteStartObject("marks");
        foreach (var (id, text) in Marks)
            json.WriteString(id.ToString(CultureInfo.InvariantCulture), text);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <exception cref="MalformedException">Not such an object.</exception>
    public static ToolReading Read(JsonAt json)
    {
        var format = ToolCallFormat.Named(json["format"].Text()) ?? throw json["format"].Wrong("\"tags\", \"list\" or \"object\"");
        var marks = json["marks"].Object().Members;
        if (marks.Length > MostMarks)
            throw json["marks"].Wrong($"at most {MostMarks} tokens");
        return new ToolReading(format, json.Optional("first")?.Boolean() ?? false, marks.ToImmutableSortedDictionary(
            m => uint.TryParse(m.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id.ToString(CultureInfo.InvariantCulture) == m.Key ? id : throw json["marks"].Wrong("token ids"),
            m => json["marks"][m.Key].Text() is var text && format.Markers.Contains(text) ? text : throw json["marks"].Wrong("texts that mark calls in this format")));
    }
}
