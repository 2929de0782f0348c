using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Engine.Conformance;

/// <summary>One test vector of the execution profile: a primitive, its operands, and the bits of its outputs.</summary>
/// <remarks>
/// One JSON object a line: <c>name</c>; <c>op</c>, a primitive; <c>attributes</c>, whole numbers, texts, lists of whole numbers, or
/// <c>{"float32": ["3F800000"]}</c> for a number and <c>{"float32s": [...]}</c> for a list; <c>operands</c> and <c>outputs</c>, each <c>{"type", "shape", "data"}</c> or
/// null where absent, the data being the tensor's little-endian row-major bytes in hex.
/// </remarks>
public sealed record ProfileCase(string Name, Primitive Op, Attributes Attributes, ImmutableArray<Tensor?> Operands, ImmutableArray<Tensor> Outputs)
{
    public override string ToString() => Name;

    /// <summary>The graph of the one node. Operands that are numbers to compute with are inputs, but the first alone where <paramref name="constants"/>; all else is constant.</summary>
    public (Graph Graph, Dictionary<string, Tensor> Inputs) ToGraph(bool constants)
    {
        var values = new List<ValueInfo>();
        var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var held = ImmutableDictionary.CreateBuilder<int, Tensor>();
        List<int> ids = [], fed = [];
        foreach (var operand in Operands)
        {
            ids.Add(operand is null ? -1 : values.Count);
            if (operand is null)
                continue;
            var id = values.Count;
            values.Add(new ValueInfo($"v{id}", operand.Type, operand.Shape.Dims));
            if (id > 0 && (constants || !operand.Type.IsFloat()))
            {
                held[id] = operand;
                continue;
            }
            fed.Add(id);
            inputs[$"v{id}"] = operand;
        }
        var results = Enumerable.Range(values.Count, Outputs.Length).ToImmutableArray();
        foreach (var id in results)
            values.Add(new ValueInfo($"v{id}", null, default));
        var node = new Node(Op, [.. ids], results, Attributes, [], $"node 0 ({Op})");
        return (new Graph(Name, [.. fed], new Block([node], results), [.. values], held.ToImmutable()), inputs);
    }

    /// <summary>The cases of a file, one a line.</summary>
    /// <exception cref="ModelException">A line is not a case.</exception>
    public static IEnumerable<ProfileCase> ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return Read(line);
    }

    /// <exception cref="ModelException">The line is not a case.</exception>
    public static ProfileCase Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var attributes = Attributes.None;
            foreach (var attribute in root.GetProperty("attributes").EnumerateObject())
                attributes = attributes.With(attribute.Name, ReadAttribute(attribute.Value));
            return new(root.GetProperty("name").GetString()!, Enum.Parse<Primitive>(root.GetProperty("op").GetString()!), attributes,
                [.. root.GetProperty("operands").EnumerateArray().Select(ReadTensor)], [.. root.GetProperty("outputs").EnumerateArray().Select(e => ReadTensor(e)!)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
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
        json.WriteString("op", Op.ToString());
        json.WriteStartObject("attributes");
        foreach (var (name, value) in Attributes.Values)
        {
            json.WritePropertyName(name);
            WriteAttribute(json, value);
        }
        json.WriteEndObject();
        json.WriteStartArray("operands");
        foreach (var operand in Operands)
            WriteTensor(json, operand);
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var output in Outputs)
            WriteTensor(json, output);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static object ReadAttribute(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => ImmutableArray.CreateRange(value.EnumerateArray().Select(v => v.GetInt64())),
        JsonValueKind.Object when value.TryGetProperty("float32s", out var list) => ImmutableArray.CreateRange(list.EnumerateArray().Select(ReadFloat)),
        _ => ReadFloat(value.GetProperty("float32")),
    };

    private static void WriteAttribute(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case long whole:
                json.WriteNumberValue(whole);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case ImmutableArray<long> list:
                json.WriteStartArray();
                foreach (var item in list)
                    json.WriteNumberValue(item);
                json.WriteEndArray();
                break;
            case float number:
                json.WriteStartObject();
                json.WriteString("float32", WriteFloat(number));
                json.WriteEndObject();
                break;
            case ImmutableArray<float> list:
                json.WriteStartObject();
                json.WriteStartArray("float32s");
                foreach (var item in list)
                    json.WriteStringValue(WriteFloat(item));
                json.WriteEndArray();
                json.WriteEndObject();
                break;
        }
    }

    private static float ReadFloat(JsonElement bits) => BitConverter.UInt32BitsToSingle(Convert.ToUInt32(bits.GetString(), 16));

    private static string WriteFloat(float value) => BitConverter.SingleToUInt32Bits(value).ToString("X8", System.Globalization.CultureInfo.InvariantCulture);

    private static Tensor? ReadTensor(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : Tensor.Wrap(
        DTypes.Parse(value.GetProperty("type").GetString()!) ?? throw new FormatException("unknown element type"),
        Shape.Of([.. value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())]),
        Convert.FromHexString(value.GetProperty("data").GetString()!));

    private static void WriteTensor(Utf8JsonWriter json, Tensor? tensor)
    {
        if (tensor is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", tensor.Type.Name());
        json.WriteStartArray("shape");
        foreach (var extent in tensor.Shape.Dims)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteString("data", Convert.ToHexString(tensor.Bytes));
        json.WriteEndObject();
    }
}
