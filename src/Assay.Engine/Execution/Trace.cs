using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Assay.Engine.Models;

namespace Assay.Engine.Execution;

/// <summary>One tensor that a node made in a run, alone or in a sequence.</summary>
/// <param name="Source">The node of the file that it came from, as messages name it.</param>
/// <param name="Name">The file's name for the value; empty for those between the primitives of one operator.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Digest">SHA-256 of the canonical encoding of the one tensor, under its name (docs/spec/tensors.md).</param>
public sealed record TracedValue(string Source, string Name, DType Type, Shape Shape, ImmutableArray<byte> Digest);

/// <summary>
/// The digests of all values that the nodes of a run made, in the order in which they were made. Two machines that disagree about
/// an answer find by it where their runs part.
/// </summary>
public sealed class Trace
{
    private Trace(IReadOnlyList<TracedValue> values, IReadOnlyList<NamedValue> outputs)
    {
        Values = values;
        Outputs = outputs;
        Digest = Total(values);
    }

    public IReadOnlyList<TracedValue> Values { get; }

    public IReadOnlyList<NamedValue> Outputs { get; }

    /// <summary>SHA-256 over the number of values and their digests (docs/spec/tensors.md).</summary>
    public ImmutableArray<byte> Digest { get; }

    /// <summary>A run by the reference.</summary>
    /// <exception cref="ModelException">As <see cref="Reference.Reference.RunValues"/>.</exception>
    public static Trace Of(Graph graph, IReadOnlyDictionary<string, ModelValue> inputs, RunLimits? limits = null) =>
        Of(graph, onValue => Reference.Reference.RunValues(graph, inputs, onValue, limits));

    /// <summary>A run of a session.</summary>
    /// <exception cref="ModelException">As <see cref="Session.RunValues"/>.</exception>
    public static Trace Of(Graph graph, Session session, IReadOnlyDictionary<string, ModelValue> inputs) =>
        Of(graph, onValue => session.RunValues(inputs, onValue));

    private static Trace Of(Graph graph, Func<Action<int, Tensor>, IReadOnlyList<NamedValue>> run)
    {
        var sources = new string[graph.Values.Length];
        Locate(graph.Body, sources);
        var values = new List<TracedValue>();
        var outputs = run((id, tensor) =>
        {
            var name = graph.Values[id].Name;
            values.Add(new(sources[id], name, tensor.Type, tensor.Shape, [.. SHA256.HashData(TensorEncoding.Encode([new(name, tensor)]))]));
        });
        return new(values, outputs);
    }

    private static void Locate(Block block, string[] sources)
    {
        foreach (var node in block.Nodes)
        {
            foreach (var id in node.Outputs)
                if (id >= 0)
                    sources[id] = node.Source;
            foreach (var nested in node.Blocks.IsDefault ? [] : node.Blocks)
                Locate(nested, sources);
        }
    }

    private static ImmutableArray<byte> Total(IReadOnlyList<TracedValue> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("assay/trace/v1\n"u8);
        Span<byte> count = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(count, values.Count);
        hash.AppendData(count);
        foreach (var value in values)
            hash.AppendData(value.Digest.AsSpan());
        return [.. hash.GetHashAndReset()];
    }
}
