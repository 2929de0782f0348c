using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Assay.Verify.Json;

public enum JsonKind : byte
{
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// <summary>One value of a strictly read JSON document (see <see cref="StrictJson"/>). Immutable.</summary>
public sealed class JsonValue
{
    public static readonly JsonValue Null = new(JsonKind.Null);
    public static readonly JsonValue True = new(JsonKind.Bool) { Integer = 1 };
    public static readonly JsonValue False = new(JsonKind.Bool);
    public static readonly JsonValue EmptyObject = new(JsonKind.Object);

    // A string that was read stays where it stood until someone asks for it: most are base64, and are decoded from there.
    private readonly ReadOnlyMemory<byte> utf8;
    private string? text;

    private JsonValue(JsonKind kind) => Kind = kind;

    private JsonValue(ReadOnlyMemory<byte> utf8)
    {
        Kind = JsonKind.String;
        this.utf8 = utf8;
    }

    public JsonKind Kind { get; }

    /// <summary>A number's value, 0 to 2^53 − 1; of a boolean 0 or 1; otherwise 0.</summary>
    public ulong Integer { get; private init; }

    /// <summary>A string's text; otherwise empty.</summary>
    public string Text => text ??= Encoding.UTF8.GetString(utf8.Span);

    /// <summary>The UTF-8 bytes of <see cref="Text"/>.</summary>
    public ReadOnlySpan<byte> Utf8Text => text is null || !utf8.IsEmpty ? utf8.Span : Encoding.UTF8.GetBytes(text);

    /// <summary>An array's items in order; otherwise empty.</summary>
    public ImmutableArray<JsonValue> Items { get; private init; } = [];

    /// <summary>An object's members in the order in which they were written; otherwise empty.</summary>
    public ImmutableArray<KeyValuePair<string, JsonValue>> Members { get; private init; } = [];

    public static JsonValue Of(string text) => new(JsonKind.String) { text = text };

    /// <summary>A string by its UTF-8 bytes, valid and without escapes, which must not change any more.</summary>
    internal static JsonValue OfUtf8(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <param name="number">0 to 2^53 − 1.</param>
    public static JsonValue Of(ulong number) => number <= StrictJson.MaxInteger
        ? new(JsonKind.Number) { Integer = number }
        : throw new ArgumentOutOfRangeException(nameof(number), number, "an integer of a statement is between 0 and 2^53 - 1");

    public static JsonValue ArrayOf(ImmutableArray<JsonValue> items) => new(JsonKind.Array) { Items = items };

    public static JsonValue ObjectOf(ImmutableArray<KeyValuePair<string, JsonValue>> members) => new(JsonKind.Object) { Members = members };

    /// <summary>The member of that name, or null. Linear: the objects of our formats are small.</summary>
    public JsonValue? Find(string name)
    {
        foreach (var (key, value) in Members)
            if (key == name)
                return value;
        return null;
    }

    public void Write(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case JsonKind.Null:
                writer.WriteNullValue();
                break;
            case JsonKind.Bool:
                writer.WriteBooleanValue(Integer != 0);
                break;
            case JsonKind.Number:
                writer.WriteNumberValue(Integer);
                break;
            case JsonKind.String:
                writer.WriteStringValue(Text);
                break;
            case JsonKind.Array:
                writer.WriteStartArray();
                foreach (var item in Items)
                    item.Write(writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var (name, value) in Members)
                {
                    writer.WritePropertyName(name);
                    value.Write(writer);
                }
                writer.WriteEndObject();
                break;
        }
    }
}
