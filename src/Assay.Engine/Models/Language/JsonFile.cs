using System.Text.Json;

namespace Assay.Engine.Models.Language;

/// <summary>A JSON object out of a model's folder, with errors that name the file and the key.</summary>
internal sealed class JsonFile(string name, JsonElement root)
{
    /// <summary>The element itself.</summary>
    public JsonElement Root => root;

    /// <param name="name">What messages call the file.</param>
    /// <exception cref="ModelException">It is not one JSON object with each key once.</exception>
    public static JsonFile Parse(string name, ReadOnlyMemory<byte> utf8)
    {
        try
        {
            if (utf8.Span.StartsWith("\uFEFF"u8))
                utf8 = utf8[3..];
            var root = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 }).RootElement;
            return root.ValueKind == JsonValueKind.Object ? new JsonFile(name, root) : throw new ModelException($"{name} is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new ModelException($"{name} is not JSON with each key once", e);
        }
    }

    /// <summary>The key's value; null where it is absent or null.</summary>
    public JsonElement? Find(string key) => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public JsonFile? Object(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFile($"{name}: {key}", value) : throw Wrong(key, "an object");

    /// <summary>A count; at least 1 where there is no default.</summary>
    public int Size(string key, int? otherwise = null)
    {
        if (Find(key) is not { } value)
            return otherwise ?? throw Missing(key);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= (otherwise is null ? 1 : 0) ? number : throw Wrong(key, "a whole number that makes sense");
    }

    /// <summary>A number, rounded to float32 by way of float64, as converters do.</summary>
    public float Float(string key, float? otherwise = null)
    {
        if (Find(key) is not { } value)
            return otherwise ?? throw Missing(key);
        return Number(value) is { } number ? number : throw Wrong(key, "a finite number");
    }

    public float[]? Floats(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(v => Number(v) ?? throw Wrong(key, "an array of finite numbers"))]
            : throw Wrong(key, "an array of finite numbers");
    }

    public bool Bool(string key, bool otherwise) => Find(key) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false");

    public string? Text(string key) => Find(key) is not { } value ? null : TextOf(value) ?? throw Wrong(key, "a text");

    /// <summary>A text; null where it is none, or not Unicode.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The key of a member; null where it is not Unicode.</summary>
    public static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Texts of an array; null where the key is absent.</summary>
    public string[]? Texts(string key)
    {
        if (Find(key) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(v => TextOf(v) ?? throw Wrong(key, "an array of texts"))]
            : throw Wrong(key, "an array of texts");
    }

    /// <summary>One whole number, or several in an array; none where the key is absent.</summary>
    public int[] Ids(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } many => [.. many.EnumerateArray().Select(v => Id(v, key))],
        { } one => [Id(one, key)],
    };

    public ModelException Wrong(string key, string what) => new($"{name}: '{key}' is not {what}");

    private int Id(JsonElement value, string key) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) ? id : throw Wrong(key, "a token's number");

    private static float? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && float.IsFinite((float)number) ? (float)number : null;

    private ModelException Missing(string key) => new($"{name}: '{key}' is missing");
}
