using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Formats;
using Assay.Store;
using Assay.Verify.Json;

namespace Assay.Node.Web;

/// <summary>A parsed inference request.</summary>
/// <param name="Id">The caller's, echoed.</param>
/// <param name="Outputs">The outputs asked for, or null for all.</param>
internal sealed record InferenceRequest(string? Id, IReadOnlyDictionary<string, Tensor> Inputs, IReadOnlySet<string>? Outputs);

/// <summary>The JSON of inference requests and answers (Open Inference Protocol v2, tensor data in JSON).</summary>
internal static class InferenceJson
{
    private const int MaxDepth = 32;

    private static readonly Dictionary<string, DType> Types = new(StringComparer.Ordinal)
    {
        ["BOOL"] = DType.Bool, ["UINT8"] = DType.UInt8, ["UINT16"] = DType.UInt16, ["UINT32"] = DType.UInt32, ["UINT64"] = DType.UInt64,
        ["INT8"] = DType.Int8, ["INT16"] = DType.Int16, ["INT32"] = DType.Int32, ["INT64"] = DType.Int64,
        ["FP16"] = DType.Float16, ["BF16"] = DType.BFloat16, ["FP32"] = DType.Float32, ["FP64"] = DType.Float64,
        // Not in the protocol: named in its manner.
        ["FP8E4M3FN"] = DType.Float8E4M3FN, ["FP8E4M3FNUZ"] = DType.Float8E4M3FNUZ, ["FP8E5M2"] = DType.Float8E5M2, ["FP8E5M2FNUZ"] = DType.Float8E5M2FNUZ,
        ["FP8E8M0"] = DType.Float8E8M0, ["FP4E2M1"] = DType.Float4E2M1, ["INT4"] = DType.Int4, ["UINT4"] = DType.UInt4, ["INT2"] = DType.Int2, ["UINT2"] = DType.UInt2,
    };

    public static string NameOf(DType type) => Types.First(t => t.Value == type).Key;

    /// <exception cref="NodeException">Not such a request.</exception>
    public static InferenceRequest ReadRequest(byte[] body, Graph graph)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (var input in Member(root, "inputs", JsonValueKind.Array, "the request").EnumerateArray())
            {
                var (name, tensor) = ReadTensor(input);
                if (!inputs.TryAdd(name, tensor))
                    throw Bad($"input '{StrictJson.Shown(name)}' is given twice");
            }
            var known = graph.Outputs.Select(id => graph.Values[id].Name).ToHashSet(StringComparer.Ordinal);
            HashSet<string>? outputs = null;
            if (root.TryGetProperty("outputs", out var wanted) && wanted.ValueKind == JsonValueKind.Array && wanted.GetArrayLength() > 0)
                outputs = [.. wanted.EnumerateArray().Select(o => Member(o, "name", JsonValueKind.String, "an output").GetString()!)];
            if (outputs?.FirstOrDefault(o => !known.Contains(o)) is { } unknown)
                throw Bad($"there is no output '{StrictJson.Shown(unknown)}'; the model gives {string.Join(", ", known.Select(k => $"'{k}'"))}");
            return new InferenceRequest(root.TryGetProperty("id", out var id) ? id.GetString() : null, inputs, outputs);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new NodeException(NodeFault.BadRequest, $"the body is not an inference request in JSON: {e.Message}", e);
        }
    }

    public static byte[] WriteResponse(InferenceRequest request, StoredModel model, Answer answer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model_name", model.Name);
            json.WriteString("model_version", model.Version);
            json.WriteString("id", request.Id ?? answer.Receipt.RecordId);
            json.WriteStartArray("outputs");
            foreach (var (name, tensor) in answer.Run.Outputs)
                if (request.Outputs?.Contains(name) ?? true)
                    WriteTensor(json, name, tensor);
            json.WriteEndArray();
            ReceiptJson.Write(json, answer.Receipt);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static (string Name, Tensor Tensor) ReadTensor(JsonElement input)
    {
        var name = Member(input, "name", JsonValueKind.String, "an input").GetString()!;
        var typeName = Member(input, "datatype", JsonValueKind.String, $"input '{StrictJson.Shown(name)}'").GetString()!;
        if (!Types.TryGetValue(typeName, out var type))
            throw Bad($"input '{StrictJson.Shown(name)}' has the datatype '{StrictJson.Shown(typeName)}'; known are {string.Join(", ", Types.Keys)}");
        long[] dims = [.. Member(input, "shape", JsonValueKind.Array, $"input '{StrictJson.Shown(name)}'").EnumerateArray().Select(d => d.GetInt64())];
        var data = Member(input, "data", JsonValueKind.Array, $"input '{StrictJson.Shown(name)}'");
        try
        {
            // The data may be nested or flat; the shape that is declared counts.
            return (name, JsonTensors.Read(JsonMarshal.GetRawUtf8Value(data), type).Reshape(Shape.Of(dims.AsSpan())));
        }
        catch (ModelException e)
        {
            throw new NodeException(NodeFault.BadRequest, $"input '{StrictJson.Shown(name)}': {e.Message}", e);
        }
    }

    private static void WriteTensor(Utf8JsonWriter json, string name, Tensor tensor)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("datatype", NameOf(tensor.Type));
        JsonTensors.WriteMembers(json, tensor);
        json.WriteEndObject();
    }

    private static JsonElement Member(JsonElement parent, string name, JsonValueKind kind, string where) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw Bad($"{where} needs the member '{name}' ({kind.ToString().ToLowerInvariant()})");

    private static NodeException Bad(string message) => new(NodeFault.BadRequest, message);
}
