using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Engine.Models;

/// <summary>
/// The SHA-256 that names what a graph computes: its primitives, attributes, constants, and the names of its inputs and
/// outputs. Names inside the graph, and the ids that values happen to have, do not enter. Format: docs/spec/graph.md.
/// </summary>
public static class GraphDigest
{
    /// <summary>32 bytes.</summary>
    public static byte[] Of(Graph graph)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        new Writer(graph, hash).Write();
        return hash.GetHashAndReset();
    }

    private sealed class Writer(Graph graph, IncrementalHash hash)
    {
        private readonly Dictionary<int, long> numbers = [];

        public void Write()
        {
            hash.AppendData("assay/graph/v1\n"u8);
            Number(graph.Inputs.Length);
            foreach (var id in graph.Inputs)
            {
                var info = graph.Values[id];
                Text(info.Name);
                TypeAndExtents(info);
                Assign(id);
            }
            Block(graph.Body);
            foreach (var id in graph.Outputs)
                Text(graph.Values[id].Name);
        }

        private void Block(Block block)
        {
            Number(block.Nodes.Length);
            foreach (var node in block.Nodes)
                Node(node);
            Number(block.Results.Length);
            foreach (var id in block.Results)
                Operand(id);
        }

        private void Node(Node node)
        {
            Text(node.Op.ToString());
            Number(node.Attributes.Values.Count);
            foreach (var (name, value) in node.Attributes.Values)
            {
                Text(name);
                Attribute(value);
            }
            Number(node.Inputs.Length);
            foreach (var id in node.Inputs)
                Operand(id);
            Number(node.Blocks.Length);
            foreach (var block in node.Blocks)
            {
                if (node.Op == Primitive.Loop)
                {
                    Number(block.Inputs.Length);
                    foreach (var id in block.Inputs)
                    {
                        Kind(id);
                        Assign(id);
                    }
                }
                Block(block);
                if (node.Op == Primitive.Loop)
                    Declared(node, block);
            }
            Number(node.Outputs.Length);
            foreach (var id in node.Outputs)
                if (id < 0)
                    Byte(0);
                else
                {
                    Byte(1);
                    Assign(id);
                }
        }

        /// <summary>
        /// What of a loop's results is known before it runs and changes what it makes: what it carries is put into an
        /// optional or taken out of one, and what it stacks has that type and those extents where there was no iteration.
        /// </summary>
        private void Declared(Node node, Block block)
        {
            var carried = node.Inputs.Length - 2;
            for (var i = 0; i < node.Outputs.Length; i++)
                if (i < carried)
                    Kind(node.Outputs[i]);
                else
                    TypeAndExtents(graph.Values[block.Results[i + 1]]);
        }

        private void Kind(int id) => Text(id < 0 ? "" : graph.Values[id].Kind switch
        {
            null => "?",
            ValueKind.Tensor => "tensor",
            ValueKind.Sequence => "sequence",
            _ => "optional",
        });

        private void TypeAndExtents(ValueInfo info)
        {
            Text(info.Kind is { } kind && kind != ValueKind.Tensor ? kind.Describe(info.Type) : info.Type?.Name() ?? "");
            Number(info.Dims.IsDefault ? -1 : info.Dims.Length);
            foreach (var d in info.Dims.IsDefault ? [] : info.Dims)
                Number(d);
        }

        /// <summary>A value by its number; a constant the first time in full, which gives it the next number.</summary>
        private void Operand(int id)
        {
            if (id < 0)
                Byte(0);
            else if (numbers.TryGetValue(id, out var number))
            {
                Byte(1);
                Number(number);
            }
            else
            {
                var tensor = graph.Constants[id];
                Byte(2);
                Text(tensor.Type.Name());
                Number(tensor.Shape.Rank);
                foreach (var d in tensor.Shape.Dims)
                    Number(d);
                hash.AppendData(SHA256.HashData(tensor.Bytes));
                Assign(id);
            }
        }

        private void Attribute(object value)
        {
            switch (value)
            {
                case long v: Byte(1); Number(v); break;
                case float v: Byte(2); Bits(v); break;
                case string v: Byte(3); Text(v); break;
                case ImmutableArray<long> list:
                    Byte(4);
                    Number(list.Length);
                    foreach (var v in list)
                        Number(v);
                    break;
                case ImmutableArray<float> list:
                    Byte(5);
                    Number(list.Length);
                    foreach (var v in list)
                        Bits(v);
                    break;
                default: throw new InvalidOperationException($"an attribute of type {value.GetType().Name}");
            }
        }

        private void Assign(int id) => numbers.Add(id, numbers.Count);

        private void Byte(byte value) => hash.AppendData([value]);

        private void Number(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            hash.AppendData(bytes);
        }

        private void Bits(float value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, BitConverter.SingleToInt32Bits(value));
            hash.AppendData(bytes);
        }

        private void Text(string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            Number(bytes.Length);
            hash.AppendData(bytes);
        }
    }
}
