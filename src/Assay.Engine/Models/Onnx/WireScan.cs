namespace Assay.Engine.Models.Onnx;

/// <summary>
/// Walks the wire format of a model before it is parsed, allocating nothing, and counts what a parser would allocate: an
/// empty message takes two bytes in the file and a hundred in memory.
/// </summary>
/// <remarks>Source: protobuf.dev/programming-guides/encoding. Field numbers: onnx.proto.</remarks>
internal ref struct WireScan(ReadOnlySpan<byte> bytes, ReadLimits limits)
{
    private const string What = "an ONNX file";

    private readonly ReadOnlySpan<byte> bytes = bytes;
    private int messages;
    private int nodes;

    private enum Kind { Model, Graph, Function, Node, Attribute, Tensor, Sequence, Optional, Leaf }

    /// <exception cref="ModelException">The bytes are not a message, or a limit is passed.</exception>
    public static void Check(ReadOnlySpan<byte> bytes, ReadLimits limits) => Check(bytes, limits, Kind.Model);

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, ReadLimits)"/>
    public static void CheckTensor(ReadOnlySpan<byte> bytes, ReadLimits limits) => Check(bytes, limits, Kind.Tensor);

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, ReadLimits)"/>
    public static void CheckSequence(ReadOnlySpan<byte> bytes, ReadLimits limits) => Check(bytes, limits, Kind.Sequence);

    /// <inheritdoc cref="Check(ReadOnlySpan{byte}, ReadLimits)"/>
    public static void CheckOptional(ReadOnlySpan<byte> bytes, ReadLimits limits) => Check(bytes, limits, Kind.Optional);

    private static void Check(ReadOnlySpan<byte> bytes, ReadLimits limits, Kind kind)
    {
        var scan = new WireScan(bytes, limits);
        scan.Walk(kind, 0, bytes.Length, 0);
    }

    private void Walk(Kind kind, int at, int end, int depth)
    {
        if (depth > limits.Depth)
            throw new ModelException($"graphs nested more than {limits.Depth} deep");
        while (at < end)
        {
            var tag = Varint(ref at, end);
            var field = tag >> 3;
            switch (tag & 7)
            {
                case 0:
                    Varint(ref at, end);
                    Count();
                    break;
                case 1:
                    Skip(ref at, end, 8);
                    break;
                case 2:
                    var length = Varint(ref at, end);
                    var start = at;
                    Skip(ref at, end, length);
                    Count();
                    var child = Child(kind, field);
                    if (child == Kind.Node && ++nodes > limits.Nodes)
                        throw new ModelException($"more than {limits.Nodes} nodes");
                    if (child is { } k)
                        Walk(k, start, at, k == Kind.Graph ? depth + 1 : depth);
                    break;
                case 5:
                    Skip(ref at, end, 4);
                    break;
                default:
                    throw new ModelException($"not an ONNX file: wire type {tag & 7} at byte {at}");
            }
        }
    }

    /// <summary>The messages that can be large or deep; null for strings, bytes, packed numbers and what is skipped.</summary>
    private static Kind? Child(Kind kind, ulong field) => (kind, field) switch
    {
        (Kind.Model, 7) => Kind.Graph,
        (Kind.Model, 8 or 14) => Kind.Leaf,
        (Kind.Model, 25) => Kind.Function,
        (Kind.Function, 7) => Kind.Node,
        (Kind.Function, 9) => Kind.Leaf,
        (Kind.Function, 11) => Kind.Attribute,
        (Kind.Graph, 1) => Kind.Node,
        (Kind.Graph, 5) => Kind.Tensor,
        (Kind.Graph, 11 or 12 or 13) => Kind.Leaf,
        (Kind.Node, 5) => Kind.Attribute,
        (Kind.Attribute, 5) => Kind.Tensor,
        (Kind.Attribute, 6) => Kind.Graph,
        (Kind.Sequence, 3) or (Kind.Optional, 3) => Kind.Tensor,
        (Kind.Optional, 5) => Kind.Sequence,
        (Kind.Tensor, 13) => Kind.Leaf,
        _ => null,
    };

    private void Count()
    {
        if (++messages > limits.Messages)
            throw new ModelException($"more than {limits.Messages} fields");
    }

    private static void Skip(ref int at, int end, ulong length) => WireFormat.Skip(ref at, end, length, What);

    private readonly ulong Varint(ref int at, int end) => WireFormat.Varint(bytes, ref at, end, What);
}
