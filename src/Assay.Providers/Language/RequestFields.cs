using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Providers.Language;

/// <summary>The members of a JSON object that someone sent: each is what it should be, or the message names it. Null counts as absent.</summary>
internal readonly struct RequestFields
{
    private readonly JsonElement json;

    /// <exception cref="ModelException">Not an object, or one with a member twice: readers would differ in which they take.</exception>
    public RequestFields(JsonElement json, string name = "the body")
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new ModelException($"{name} is not a JSON object");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
            if (!seen.Add(member.Name))
                throw new ModelException($"{name} has two members called '{Cut(member.Name)}'");
        this.json = json;
    }

    public JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool Has(string name) => Find(name) is not null;

    public RequestFields? Object(string name) => Find(name) is { } value ? new RequestFields(value, name) : null;

    public string? Text(string name) => Find(name) is { } value ? TextOf(name, value) : null;

    public bool? Flag(string name) => Find(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ModelException($"{name} is neither true nor false"),
    };

    public long? Whole(string name, long least, long most) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most ? number
        : throw new ModelException($"{name} is {Cut(value.GetRawText())}: a whole number from {least} to {most} is right");

    public float? Number(string name) => Find(name) is { } value ? NumberOf(name, value) : null;

    public static float NumberOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number)
            ? number
            : throw new ModelException($"{name} is {Cut(value.GetRawText())}: a number is right");

    public static string TextOf(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw new ModelException($"{name} is not a text");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new ModelException($"{name} is not a text of whole characters", e);
        }
    }

    public static IEnumerable<JsonProperty> Members(string name, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject()
        : throw new ModelException($"{name} is not a JSON object");

    public static string Cut(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
