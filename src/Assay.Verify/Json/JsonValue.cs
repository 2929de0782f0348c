using System.Collections.Immutable;
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
    public static readonly JsonValue Null = new(JsonKind.Null, 0, "", [], []);
    public static readonly JsonValue True = new(JsonKind.Bool, 1, "", [], []);
    public static readonly JsonValue False = new(JsonKind.Bool, 0, "", [], []);
    public static readonly JsonValue EmptyObject = new(JsonKind.Object, 0, "", [], []);

    private JsonValue(
        JsonKind kind, ulong number, string text, ImmutableArray<JsonValue> items,
        ImmutableArray<KeyValuePair<string, JsonValue>> members)
    {
        Kind = kind;
        Integer = number;
        Text = text;
        Items = items;
        Members = members;
    }

    public JsonKind Kind { get; }

    /// <summary>A number's value, 0 to 2^53 − 1; of a boolean 0 or 1; otherwise 0.</summary>
    public ulong Integer { get; }

    /// <summary>A string's text; otherwise empty.</summary>
    public string Text { get; }

    /// <summary>An array's items in order; otherwise empty.</summary>
    public ImmutableArray<JsonValue> Items { get; }

    /// <summary>An object's members in the order in which they were written; otherwise empty.</summary>
    public ImmutableArray<KeyValuePair<string, JsonValue>> Members { get; }

    public static JsonValue Of(string text) => new(JsonKind.String, 0, text, [], []);

    /// <param name="number">0 to 2^53 − 1.</param>
    public static JsonValue Of(ulong number) => number <= StrictJson.MaxInteger
        ? new(JsonKind.Number, number, "", [], [])
        : throw new ArgumentOutOfRangeException(nameof(number), number, "an integer of a statement is between 0 and 2^53 - 1");

    public static JsonValue ArrayOf(ImmutableArray<JsonValue> items) => new(JsonKind.Array, 0, "", items, []);

    public static JsonValue ObjectOf(ImmutableArray<KeyValuePair<string, JsonValue>> members) =>
        new(JsonKind.Object, 0, "", [], members);

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
