using System.Collections.Immutable;
using Assay.Verify.Crypto;
using Assay.Verify.Codecs;

namespace Assay.Verify.Json;

/// <summary>A value together with its path in the document, so that every complaint can say where: <c>predicate.input.length: expected an integer</c>.</summary>
public readonly struct JsonAt
{
    // The way from the root, put into words only for a complaint.
    private sealed record Step(Step? Above, string? Name, int Index)
    {
        public override string ToString() => Above is null ? Name! : Name is null ? $"{Above}[{Index}]" : $"{Above}.{Name}";
    }

    private readonly Step step;

    private JsonAt(JsonValue value, Step step)
    {
        Value = value;
        this.step = step;
    }

    /// <param name="value">The value.</param>
    /// <param name="path">What it is called in messages.</param>
    public JsonAt(JsonValue value, string path)
        : this(value, new Step(null, path, 0))
    {
    }

    public JsonValue Value { get; }

    public string Path => step.ToString();

    /// <param name="document">The root value.</param>
    /// <param name="name">What the document is called in messages: <c>bundle</c>, <c>statement</c>.</param>
    public static JsonAt Root(JsonValue document, string name) => new(document, name);

    /// <summary>The member of that name.</summary>
    /// <exception cref="MalformedException">This is no object, or has no such member.</exception>
    public JsonAt this[string name] =>
        Optional(name) ?? throw new MalformedException($"{Path}.{name}: required, but missing");

    /// <summary>The member of that name, or null where it is absent.</summary>
    /// <exception cref="MalformedException">This is no object.</exception>
    public JsonAt? Optional(string name) =>
        Expect(JsonKind.Object, "an object").Find(name) is { } value ? new JsonAt(value, new Step(step, name, 0)) : null;

    /// <summary>Refuses members that are not listed.</summary>
    /// <exception cref="MalformedException">This is no object, or has another member.</exception>
    public JsonAt Only(params ReadOnlySpan<string> names)
    {
        foreach (var (name, _) in Expect(JsonKind.Object, "an object").Members)
            if (!names.Contains(name))
                throw new MalformedException($"{Path}: unknown member \"{StrictJson.Shown(name)}\"");
        return this;
    }

    /// <exception cref="MalformedException">This is no array, or has more than <paramref name="most"/> items.</exception>
    public ImmutableArray<JsonAt> Items(int most = int.MaxValue)
    {
        var items = Expect(JsonKind.Array, "an array").Items;
        if (items.Length > most)
            throw new MalformedException($"{Path}: expected at most {most} items");
        var result = ImmutableArray.CreateBuilder<JsonAt>(items.Length);
        for (var i = 0; i < items.Length; i++)
            result.Add(new JsonAt(items[i], new Step(step, null, i)));
        return result.MoveToImmutable();
    }

    /// <exception cref="MalformedException">This is no object.</exception>
    public JsonValue Object() => Expect(JsonKind.Object, "an object");

    /// <exception cref="MalformedException">This is no string, or longer than <paramref name="most"/> UTF-16 units.</exception>
    public string Text(int most = int.MaxValue)
    {
        var text = Expect(JsonKind.String, "a string").Text;
        return text.Length <= most ? text : throw new MalformedException($"{Path}: expected at most {most} characters");
    }

    /// <exception cref="MalformedException">This is no string of 1 to 1,024 characters free of control characters.</exception>
    public string Label()
    {
        var text = Text(1024);
        return text.Length > 0 && !HasControl(text) ? text : throw Wrong("a text of one line that is not empty");
    }

    /// <exception cref="MalformedException">This is no integer.</exception>
    public ulong Integer() => Expect(JsonKind.Number, "an integer").Integer;

    /// <exception cref="MalformedException">This is no integer from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public ulong Integer(ulong least, ulong most = StrictJson.MaxInteger) =>
        Integer() is var number && number >= least && number <= most ? number : throw Wrong($"an integer from {least} to {most}");

    /// <exception cref="MalformedException">This is neither true nor false.</exception>
    public bool Boolean() => Expect(JsonKind.Bool, "true or false").Integer != 0;

    /// <exception cref="MalformedException">This is another string, or none.</exception>
    public void MustBe(string text)
    {
        if (Text() != text)
            throw Wrong($"\"{text}\"");
    }

    /// <exception cref="MalformedException">This is no strict base64.</exception>
    public byte[] Base64Bytes()
    {
        var text = Expect(JsonKind.String, "a string").Utf8Text;
        try
        {
            return Base64.Read(text);
        }
        catch (MalformedException e)
        {
            throw Wrong("base64", e);
        }
    }

    /// <exception cref="MalformedException">This is no strict base64 of 32 bytes.</exception>
    public Hash Base64Hash() => TryHash(Value, out var hash) ? hash : Decode(static text => Hash.FromBase64(text), "a hash in base64");

    /// <summary>An array of hashes in base64.</summary>
    /// <exception cref="MalformedException">This is none, or has more than <paramref name="most"/> items.</exception>
    public ImmutableArray<Hash> Base64Hashes(int most)
    {
        var items = Expect(JsonKind.Array, "an array").Items;
        if (items.Length > most)
            throw new MalformedException($"{Path}: expected at most {most} items");
        var hashes = ImmutableArray.CreateBuilder<Hash>(items.Length);
        for (var i = 0; i < items.Length; i++)
            hashes.Add(TryHash(items[i], out var hash) ? hash : new JsonAt(items[i], new Step(step, null, i)).Base64Hash());
        return hashes.MoveToImmutable();
    }

    /// <exception cref="MalformedException">This is no SHA-256 value in 64 lower-case hexadecimal digits.</exception>
    public Hash HexHash()
    {
        Hash hash = default;
        return Value.Kind == JsonKind.String && Hex.TryReadInto(Value.Utf8Text, hash)
            ? hash
            : Decode(static text => Hash.FromHex(text), "64 hexadecimal digits in lower case");
    }

    /// <summary>Runs a parser over a text, and says where the text stood if the parser refuses it.</summary>
    /// <exception cref="MalformedException">This is no string, or the parser refused it.</exception>
    public T Decode<T>(Func<string, T> parse, string what)
    {
        var text = Text();
        try
        {
            return parse(text);
        }
        catch (MalformedException e) when (e is not UnsupportedException)
        {
            throw Wrong(what, e);
        }
    }

    public MalformedException Wrong(string expected) => new($"{Path}: expected {expected}");

    private MalformedException Wrong(string expected, MalformedException inner) => new($"{Path}: expected {expected}: {inner.Message}", inner);

    private static bool HasControl(string text)
    {
        foreach (var c in text)
            if (char.IsControl(c))
                return true;
        return false;
    }

    private static bool TryHash(JsonValue value, out Hash hash)
    {
        hash = default;
        return value.Kind == JsonKind.String && Base64.TryReadInto(value.Utf8Text, hash);
    }

    private JsonValue Expect(JsonKind kind, string what) => Value.Kind == kind ? Value : throw Wrong(what);
}
