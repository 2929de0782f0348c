using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Safetensors;

/// <summary>A safetensors file: named arrays of F32, F16 or BF16, read in place.</summary>
/// <remarks>
/// Source of the format: the README of huggingface/safetensors. Eight bytes, the length of a JSON header (at most 100 MB), the header,
/// the data. The tensors' bytes must be all of the data, each byte once.
/// </remarks>
internal sealed class SafetensorsFile : IDisposable
{
    private const int MaxHeader = 100_000_000, MaxTensors = 1 << 17, MaxRank = 8, MaxName = 4096;

    private readonly FileMapping? mapping;

    private SafetensorsFile(FileMapping? mapping, long length, Func<long, int, ReadOnlyMemory<byte>> slice)
    {
        this.mapping = mapping;
        if (length < 8)
            throw new ModelException("not a safetensors file: it has fewer than 8 bytes");
        var header = BinaryPrimitives.ReadUInt64LittleEndian(slice(0, 8).Span);
        if (header > MaxHeader || header > (ulong)(length - 8))
            throw new ModelException($"not a safetensors file: a header of {header} bytes, where {length - 8} are there and {MaxHeader} allowed");
        var start = 8 + (long)header;
        Tensors = Read(slice(8, (int)header).Span, length - start, (from, bytes) => slice(start + from, bytes));
    }

    public ImmutableArray<StoredTensor> Tensors { get; }

    /// <exception cref="ModelException">It cannot be read, or is not such a file.</exception>
    public static SafetensorsFile Open(string path)
    {
        FileMapping mapping;
        try
        {
            mapping = new FileMapping(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"the safetensors file cannot be opened: {e.Message}", e);
        }
        try
        {
            return new SafetensorsFile(mapping, mapping.Length, mapping.Slice);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>Reads a file that is in memory; nothing is copied.</summary>
    public static SafetensorsFile Read(ReadOnlyMemory<byte> bytes) => new(null, bytes.Length, (offset, length) => bytes.Slice((int)offset, length));

    public void Dispose() => mapping?.Dispose();

    private sealed record Entry(string Name, string Type, long[] Dims, long From, long To);

    private static ImmutableArray<StoredTensor> Read(ReadOnlySpan<byte> header, long length, Func<long, int, ReadOnlyMemory<byte>> data)
    {
        var entries = Entries(header);
        entries.Sort((a, b) => a.From != b.From ? a.From.CompareTo(b.From) : a.To.CompareTo(b.To));
        var tensors = ImmutableArray.CreateBuilder<StoredTensor>(entries.Count);
        long at = 0;
        foreach (var entry in entries)
        {
            var name = ShownName.Of(entry.Name);
            var type = TypeOf(entry);
            var numbers = 1L;
            foreach (var d in entry.Dims)
                numbers = d >= 1 && d <= (1L << 40) / numbers ? numbers * d : throw new ModelException($"safetensors tensor '{name}' has a dimension of {d}");
            var bytes = type.RowBytes(numbers);
            if (entry.From != at || entry.To - entry.From != bytes || entry.To > length)
                throw new ModelException($"safetensors tensor '{name}' of {bytes} bytes is said to lie from {entry.From} to {entry.To}, where {at} to {at + bytes} of {length} are free");
            if (bytes > int.MaxValue)
                throw new ModelException($"safetensors tensor '{name}' has {bytes} bytes: at most 2 GiB a tensor are supported");
            tensors.Add(new StoredTensor(entry.Name, type, [.. entry.Dims], data(entry.From, (int)bytes)));
            at = entry.To;
        }
        return at == length ? tensors.ToImmutable() : throw new ModelException($"safetensors file: {length - at} bytes belong to no tensor");
    }

    /// <summary>Checks the types of tensors in the beginning of a file.</summary>
    /// <exception cref="ModelException">One is not supported, or the header is not whole.</exception>
    public static void CheckTypes(ReadOnlySpan<byte> beginning)
    {
        if (beginning.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(beginning) is var header && (header > MaxHeader || header > (ulong)(beginning.Length - 8)))
            throw new ModelException("safetensors header is not whole");
        foreach (var entry in Entries(beginning.Slice(8, (int)header)))
            TypeOf(entry);
    }

    private static WeightType TypeOf(Entry entry) => entry.Type switch
    {
        "F32" => WeightType.F32,
        "F16" => WeightType.F16,
        "BF16" => WeightType.BF16,
        _ => throw new ModelException($"safetensors tensor '{ShownName.Of(entry.Name)}' has the type {ShownName.Of(entry.Type)}: F32, F16 and BF16 are supported") { IsUnsupported = true },
    };

    private static List<Entry> Entries(ReadOnlySpan<byte> header)
    {
        var entries = new List<Entry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 8 });
            Expect(ref json, JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueSpan.Length > MaxName || entries.Count == MaxTensors)
                    throw new ModelException($"safetensors header: a name of {json.ValueSpan.Length} bytes, or more than {MaxTensors} tensors");
                var name = json.GetString()!;
                if (!names.Add(name))
                    throw new ModelException($"safetensors header has '{ShownName.Of(name)}' twice");
                if (name == "__metadata__")
                {
                    Expect(ref json, JsonTokenType.StartObject);
                    json.Skip();
                }
                else
                    entries.Add(Tensor(ref json, name));
            }
            if (json.TokenType != JsonTokenType.EndObject || json.Read())
                throw new ModelException("safetensors header is not one JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException("safetensors header is not the JSON that the format asks for", e);
        }
        return entries;
    }

    private static Entry Tensor(ref Utf8JsonReader json, string name)
    {
        string? type = null;
        long[]? dims = null, offsets = null;
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            if (json.ValueTextEquals("dtype"u8) && type is null)
            {
                Expect(ref json, JsonTokenType.String);
                type = json.ValueSpan.Length <= 32 ? json.GetString()! : throw new ModelException($"safetensors tensor '{ShownName.Of(name)}' has a type with a long name");
            }
            else if (json.ValueTextEquals("shape"u8) && dims is null)
                dims = Numbers(ref json, name);
            else if (json.ValueTextEquals("data_offsets"u8) && offsets is null)
                offsets = Numbers(ref json, name);
            else
                throw new ModelException($"safetensors tensor '{ShownName.Of(name)}' has a key that is unknown or there twice");
        return type is not null && dims is not null && offsets is [var from, var to]
            ? new Entry(name, type, dims, from, to)
            : throw new ModelException($"safetensors tensor '{ShownName.Of(name)}' needs dtype, shape and two data_offsets");
    }

    private static long[] Numbers(ref Utf8JsonReader json, string name)
    {
        var numbers = new List<long>();
        Expect(ref json, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            numbers.Add(numbers.Count < MaxRank && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var n) && n is >= 0 and < 1L << 50
                ? n
                : throw new ModelException($"safetensors tensor '{ShownName.Of(name)}' has a shape or offsets that are not at most {MaxRank} whole numbers"));
        return [.. numbers];
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
            throw new ModelException("safetensors header is not the JSON that the format asks for");
    }
}
