using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Assay.Client;

/// <summary>
/// Whether the tensors in an Open Inference Protocol body are those of a canonical encoding: what ties the JSON that a caller
/// reads and writes to the bytes that a receipt commits to.
/// </summary>
internal static class TensorJson
{
    private static readonly string[] Members = ["name", "datatype", "shape", "data"];

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["BOOL"] = "bool", ["UINT8"] = "uint8", ["UINT16"] = "uint16", ["UINT32"] = "uint32", ["UINT64"] = "uint64",
        ["INT8"] = "int8", ["INT16"] = "int16", ["INT32"] = "int32", ["INT64"] = "int64",
        ["FP16"] = "float16", ["BF16"] = "bfloat16", ["FP32"] = "float32", ["FP64"] = "float64",
    };

    /// <param name="tensors">The member <c>inputs</c> or <c>outputs</c> of a body.</param>
    /// <param name="signed">What the receipt commits to.</param>
    /// <param name="isAnswer">Whether a tensor may have no members but those that are compared.</param>
    /// <param name="wanted">The names that must be there, or null for every signed tensor: of an answer, a caller may ask for some outputs only.</param>
    /// <returns>What differs, in one line, or null where nothing does.</returns>
    public static string? Difference(JsonElement tensors, IReadOnlyList<CanonicalTensor> signed, bool isAnswer, IReadOnlyCollection<string>? wanted = null)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors.EnumerateArray())
        {
            if (isAnswer && tensor.EnumerateObject().Any(member => !Members.Contains(member.Name)))
                return "a tensor with a member that no receipt vouches for";
            var name = tensor.GetProperty("name").GetString()!;
            if (!seen.Add(name) || signed.FirstOrDefault(s => s.Name == name) is not { } match)
                return "a tensor that the receipt does not commit to, or one that is there twice";
            if (Types.GetValueOrDefault(tensor.GetProperty("datatype").GetString()!) != match.Type
                || !tensor.GetProperty("shape").EnumerateArray().Select(d => d.GetUInt64()).SequenceEqual(match.Dims))
                return $"the tensor '{match.Name}' has another type or shape than the receipt commits to";
            var elements = new Elements(match);
            if (!(isAnswer ? elements.Match(tensor.GetProperty("data")) : elements.MatchInOrder(tensor.GetProperty("data"))) || !elements.AtEnd)
                return $"the tensor '{match.Name}' has other elements than the receipt commits to";
        }
        return (wanted ?? signed.Select(s => s.Name)).All(seen.Contains) ? null : "a tensor that the receipt commits to is not there";
    }

    /// <summary>
    /// Whether a number says a signed element: the nearest element to the decimal as it is written, of two the even one, has equal bits, the sign of zero too. The text is
    /// rounded once, as the node rounds it. NaN, of which JSON has one, and the infinities are texts.
    /// </summary>
    internal static bool IsReal<T>(JsonElement json, T signed) where T : System.Numerics.IFloatingPointIeee754<T>
    {
        if (json.ValueKind == JsonValueKind.String)
            return json.GetString() switch
            {
                "NaN" => T.IsNaN(signed),
                "Infinity" => T.IsPositiveInfinity(signed),
                "-Infinity" => T.IsNegativeInfinity(signed),
                _ => false,
            };
        return json.ValueKind == JsonValueKind.Number && T.TryParse(JsonMarshal.GetRawUtf8Value(json), NumberStyles.Float, CultureInfo.InvariantCulture, out var shown)
            && T.IsFinite(shown) && shown == signed && T.IsNegative(shown) == T.IsNegative(signed);
    }

    // Walks the signed elements in the order of the JSON's.
    private sealed class Elements(CanonicalTensor tensor)
    {
        private readonly int size = SizeOf(tensor.Type);
        private int at;

        public bool AtEnd => at == tensor.Data.Length;

        /// <summary>Nested in any way: of a request the declared shape counts, and its very bytes are committed to.</summary>
        public bool MatchInOrder(JsonElement data) =>
            data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().All(MatchInOrder) : Next(data);

        /// <summary>Flat, or nested exactly as the shape says: whoever reads <c>data[i][j]</c> gets that element.</summary>
        public bool Match(JsonElement data)
        {
            if (data.ValueKind != JsonValueKind.Array)
                return tensor.Dims.Count == 0 && Next(data);
            return data.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Array)
                ? Nested(data, 0)
                : data.EnumerateArray().All(Next);
        }

        private bool Nested(JsonElement data, int axis) =>
            axis == tensor.Dims.Count
                ? Next(data)
                : data.ValueKind == JsonValueKind.Array && (ulong)data.GetArrayLength() == tensor.Dims[axis]
                    && data.EnumerateArray().All(item => Nested(item, axis + 1));

        private bool Next(JsonElement json) =>
            at <= tensor.Data.Length - size && Is(json, tensor.Data.Span.Slice((at += size) - size, size));

        private bool Is(JsonElement json, ReadOnlySpan<byte> element) => tensor.Type switch
        {
            "bool" => json.ValueKind == (element[0] != 0 ? JsonValueKind.True : JsonValueKind.False),
            "float32" => IsReal(json, BinaryPrimitives.ReadSingleLittleEndian(element)),
            "float64" => IsReal(json, BinaryPrimitives.ReadDoubleLittleEndian(element)),
            "float16" => IsReal(json, BinaryPrimitives.ReadHalfLittleEndian(element)),
            // Written with as many digits as the float32 of the same value.
            "bfloat16" => IsReal(json, BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16)),
            "int8" => IsWhole(json, (sbyte)element[0]),
            "uint8" => IsWhole(json, element[0]),
            "int16" => IsWhole(json, BinaryPrimitives.ReadInt16LittleEndian(element)),
            "uint16" => IsWhole(json, BinaryPrimitives.ReadUInt16LittleEndian(element)),
            "int32" => IsWhole(json, BinaryPrimitives.ReadInt32LittleEndian(element)),
            "uint32" => IsWhole(json, BinaryPrimitives.ReadUInt32LittleEndian(element)),
            "int64" => IsWhole(json, BinaryPrimitives.ReadInt64LittleEndian(element)),
            _ => IsWhole(json, BinaryPrimitives.ReadUInt64LittleEndian(element)),
        };

        private static bool IsWhole<T>(JsonElement json, T signed) where T : System.Numerics.IBinaryInteger<T> =>
            json.ValueKind == JsonValueKind.Number
            && T.TryParse(JsonMarshal.GetRawUtf8Value(json), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var shown) && shown == signed;

        private static int SizeOf(string type) => type switch
        {
            "bool" or "int8" or "uint8" => 1,
            "int16" or "uint16" or "float16" or "bfloat16" => 2,
            "int32" or "uint32" or "float32" => 4,
            "int64" or "uint64" or "float64" => 8,
            _ => throw new FormatException($"an element type '{type}' that is not known"),
        };
    }
}
