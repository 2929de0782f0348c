using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Assay.Engine.Models.Gguf;

/// <summary>Reads what stands before the tensors' data.</summary>
/// <param name="bytes">The beginning of the file.</param>
/// <param name="fileLength">Bytes of the whole file.</param>
internal sealed class GgufHeader(ReadOnlyMemory<byte> bytes, long fileLength)
{
    private const int MaxKeys = 1 << 16, MaxTensors = 1 << 17, MaxName = 1 << 16, MaxText = 1 << 24, MaxElements = 1 << 24, MaxDepth = 4;
    private const long MaxNumbers = 1L << 40;

    private static readonly string[] TypeNames =
    [
        "F32", "F16", "Q4_0", "Q4_1", "Q4_2", "Q4_3", "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K", "IQ2_XXS", "IQ2_XS",
        "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8", "I16", "I32", "I64", "F64", "IQ1_M", "BF16",
    ];

    private int at;

    /// <summary>The keys that have been read so far.</summary>
    public Dictionary<string, GgufValue> Metadata { get; } = new(StringComparer.Ordinal);

    public (Dictionary<string, GgufValue> Metadata, ImmutableArray<GgufTensor> Tensors) Read()
    {
        if (bytes.Length < 8 || !bytes.Span[..4].SequenceEqual("GGUF"u8))
            throw new ModelException("not a GGUF file: it does not begin with 'GGUF'");
        at = 4;
        var version = U32();
        if (version is not (2 or 3))
            throw new ModelException(BinaryPrimitives.ReverseEndianness(version) is 2 or 3
                ? "a big-endian GGUF file: only little-endian ones are supported"
                : $"GGUF version {version} is not supported (2 and 3 are)");
        var tensors = Counted("tensors", MaxTensors);
        var keys = Counted("metadata keys", MaxKeys);
        Keys(keys);
        return (Metadata, Table(tensors, Metadata));
    }

    private void Keys(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var key = Name("a metadata key");
            var value = Value(key, U32(), depth: 0);
            if (!Metadata.TryAdd(key, value))
                throw new ModelException($"GGUF metadata has the key '{Shown(key)}' twice");
        }
    }

    private GgufValue Value(string key, uint number, int depth)
    {
        if (number > (uint)GgufType.Float64)
            throw new ModelException($"GGUF metadata '{Shown(key)}' has the unknown type {number}");
        var type = (GgufType)number;
        var start = at;
        if (type != GgufType.Array)
        {
            Skip(key, type, 1);
            return new GgufValue(type, null, bytes[start..at]);
        }
        if (depth == MaxDepth)
            throw new ModelException($"GGUF metadata '{Shown(key)}' nests arrays more than {MaxDepth} deep");
        var inner = U32();
        var count = Counted($"elements in '{Shown(key)}'", MaxElements);
        start = at;
        if (inner == (uint)GgufType.Array)
            for (var i = 0; i < count; i++)
                Value(key, inner, depth + 1);
        else if (inner > (uint)GgufType.Float64)
            throw new ModelException($"GGUF metadata '{Shown(key)}' has elements of the unknown type {inner}");
        else
            Skip(key, (GgufType)inner, count);
        return new GgufValue((GgufType)inner, count, bytes[start..at]);
    }

    private void Skip(string key, GgufType type, int count)
    {
        if (GgufValue.FixedSize(type) is var size and > 0)
        {
            var values = Take((long)size * count);
            if (type == GgufType.Bool && values.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new ModelException($"GGUF metadata '{Shown(key)}' holds a truth value that is neither 0 nor 1");
        }
        else
            for (var i = 0; i < count; i++)
            {
                var length = U64();
                if (length > MaxText)
                    throw new ModelException($"GGUF metadata '{Shown(key)}' holds a text of {length} bytes, where {MaxText} are allowed");
                Take((long)length);
            }
    }

    private ImmutableArray<GgufTensor> Table(int count, Dictionary<string, GgufValue> metadata)
    {
        var tensors = ImmutableArray.CreateBuilder<GgufTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var tensor = Tensor();
            if (!names.Add(tensor.Name))
                throw new ModelException($"GGUF has two tensors called '{Shown(tensor.Name)}'");
            tensors.Add(tensor);
        }
        var alignment = 32L;
        if (metadata.TryGetValue("general.alignment", out var given))
            alignment = given.Whole is { } a and >= 8 and <= 1 << 20 && (a & (a - 1)) == 0
                ? a
                : throw new ModelException("GGUF metadata 'general.alignment' is not a power of two from 8 to 1048576");
        return Place(tensors, alignment, (at + alignment - 1) / alignment * alignment);
    }

    /// <summary>From offsets within the data to offsets within the file, each tensor for itself and inside.</summary>
    private ImmutableArray<GgufTensor> Place(ImmutableArray<GgufTensor>.Builder tensors, long alignment, long start)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            if (tensor.Offset % alignment != 0)
                throw new ModelException($"GGUF tensor '{Shown(tensor.Name)}' lies at {tensor.Offset}, which is not a multiple of {alignment}");
            if (start > fileLength || tensor.Offset > fileLength - start - tensor.Bytes)
                throw new ModelException($"GGUF tensor '{Shown(tensor.Name)}' of {tensor.Bytes} bytes at {tensor.Offset} reaches beyond the end of the file");
            tensors[i] = tensor with { Offset = start + tensor.Offset };
        }
        var placed = tensors.OrderBy(t => t.Offset).ToArray();
        for (var i = 1; i < placed.Length; i++)
            if (placed[i].Offset < placed[i - 1].Offset + placed[i - 1].Bytes)
                throw new ModelException($"GGUF tensors '{Shown(placed[i - 1].Name)}' and '{Shown(placed[i].Name)}' overlap");
        return tensors.ToImmutable();
    }

    /// <summary>A line of the table; its offset is within the data.</summary>
    private GgufTensor Tensor()
    {
        var name = Name("a tensor's name");
        var rank = U32();
        if (rank is < 1 or > 4)
            throw new ModelException($"GGUF tensor '{Shown(name)}' has {rank} dimensions, where 1 to 4 are allowed");
        var dims = ImmutableArray.CreateBuilder<long>((int)rank);
        var numbers = 1L;
        for (var d = 0; d < rank; d++)
        {
            var size = U64();
            if (size < 1 || size > (ulong)(MaxNumbers / numbers))
                throw new ModelException($"GGUF tensor '{Shown(name)}' has a dimension of {size}");
            dims.Add((long)size);
            numbers *= (long)size;
        }
        var number = U32();
        var type = (WeightType)number;
        if (number > int.MaxValue || !type.IsKnown)
            throw new ModelException($"GGUF tensor '{Shown(name)}' has the type {(number < TypeNames.Length ? TypeNames[number] : number)}: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1 and Q2_K to Q6_K are supported") { IsUnsupported = true };
        if (dims[0] % type.BlockSize != 0)
            throw new ModelException($"GGUF tensor '{Shown(name)}' has rows of {dims[0]}, which {type} cannot hold: it needs multiples of {type.BlockSize}");
        var size64 = type.RowBytes(numbers);
        if (size64 > int.MaxValue)
            throw new ModelException($"GGUF tensor '{Shown(name)}' has {size64} bytes: at most 2 GiB a tensor are supported");
        var offset = U64();
        if (offset > long.MaxValue / 2)
            throw new ModelException($"GGUF tensor '{Shown(name)}' lies beyond the end of the file");
        return new GgufTensor(name, type, dims.MoveToImmutable(), (long)offset, (int)size64);
    }

    private int Counted(string what, int most)
    {
        var count = U64();
        // Each takes at least one byte, so no count can make the reader hold more than the file does.
        return count <= (ulong)most && count <= (ulong)(bytes.Length - at)
            ? (int)count
            : throw new ModelException($"GGUF claims {count} {what}, where {bytes.Length - at} bytes are left and {most} are allowed");
    }

    private string Name(string what)
    {
        var length = U64();
        if (length is 0 or > MaxName)
            throw new ModelException($"GGUF: {what} of {length} bytes, where 1 to {MaxName} are allowed");
        return Encoding.UTF8.GetString(Take((long)length));
    }

    private uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > bytes.Length - at)
            throw new ModelException($"GGUF file ends early, in its header: {length} bytes are missing at {at}");
        var taken = bytes.Span.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }

    private static string Shown(string name) => ShownName.Of(name);
}
