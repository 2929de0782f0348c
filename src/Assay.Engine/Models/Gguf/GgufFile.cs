using System.Collections.Immutable;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Gguf;

/// <summary>One tensor of a file.</summary>
/// <param name="Dims">One to four numbers, the innermost (a row's length) first.</param>
/// <param name="Offset">From the beginning of the file.</param>
public sealed record GgufTensor(string Name, WeightType Type, ImmutableArray<long> Dims, long Offset, int Bytes);

/// <summary>A GGUF file, version 2 or 3, little-endian: metadata and tensors. Its bytes are read in place.</summary>
/// <remarks>Source of the format: ggml, docs/gguf.md. Every count, length and offset is checked against the file before it is used.</remarks>
public sealed class GgufFile : IDisposable
{
    private readonly FileMapping? mapping;
    private readonly Func<long, int, ReadOnlyMemory<byte>> slice;

    private GgufFile(FileMapping? mapping, long length, Func<long, int, ReadOnlyMemory<byte>> slice)
    {
        this.mapping = mapping;
        this.slice = slice;
        // A header beyond two gigabytes ends early here, and is refused for that.
        (Metadata, Tensors) = new GgufHeader(slice(0, (int)Math.Min(length, int.MaxValue)), length).Read();
    }

    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    public ImmutableArray<GgufTensor> Tensors { get; }

    /// <exception cref="ModelException">It is not there, cannot be read, or is not such a file.</exception>
    public static GgufFile Open(string path)
    {
        FileMapping mapping;
        try
        {
            mapping = new FileMapping(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"the GGUF file cannot be opened: {e.Message}", e);
        }
        try
        {
            return new GgufFile(mapping, mapping.Length, mapping.Slice);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is in memory; nothing is copied.</summary>
    /// <exception cref="ModelException">The bytes are not such a file.</exception>
    public static GgufFile Read(ReadOnlyMemory<byte> bytes) => new(null, bytes.Length, (offset, length) => bytes.Slice((int)offset, length));

    /// <summary>The tensor's numbers, in place.</summary>
    public ReadOnlyMemory<byte> Data(GgufTensor tensor) => slice(tensor.Offset, tensor.Bytes);

    public void Dispose() => mapping?.Dispose();
}
