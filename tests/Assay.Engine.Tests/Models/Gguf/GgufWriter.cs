using System.Buffers.Binary;
using System.Text;
using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>Writes GGUF files, version 3, for tests.</summary>
internal sealed class GgufWriter
{
    private readonly List<byte[]> keys = [];
    private readonly List<(string Name, long[] Dims, uint Type, byte[] Data)> tensors = [];

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    public GgufWriter Key(string name, uint value) => Key(name, GgufType.UInt32, Bytes(value));

    public GgufWriter Key(string name, float value) => Key(name, GgufType.Float32, Bytes(BitConverter.SingleToUInt32Bits(value)));

    public GgufWriter Key(string name, bool value) => Key(name, GgufType.Bool, [value ? (byte)1 : (byte)0]);

    public GgufWriter Key(string name, string value) => Key(name, GgufType.String, Text(value));

    public GgufWriter Key(string name, IReadOnlyCollection<string> values) => Array(name, GgufType.String, values.Count, [.. values.SelectMany(Text)]);

    public GgufWriter Key(string name, IReadOnlyCollection<float> values) =>
        Array(name, GgufType.Float32, values.Count, [.. values.SelectMany(v => Bytes(BitConverter.SingleToUInt32Bits(v)))]);

    public GgufWriter Key(string name, IReadOnlyCollection<int> values) => Array(name, GgufType.Int32, values.Count, [.. values.SelectMany(v => Bytes((uint)v))]);

    public GgufWriter Key(string name, GgufType type, byte[] value)
    {
        keys.Add([.. Text(name), .. Bytes((uint)type), .. value]);
        return this;
    }

    public GgufWriter Array(string name, GgufType type, long count, byte[] elements) =>
        Key(name, GgufType.Array, [.. Bytes((uint)type), .. Bytes((ulong)count), .. elements]);

    /// <param name="dims">Innermost first.</param>
    public GgufWriter Tensor(string name, WeightType type, long[] dims, byte[] data)
    {
        tensors.Add((name, dims, (uint)type, data));
        return this;
    }

    public byte[] ToBytes()
    {
        var header = new List<byte>();
        header.AddRange("GGUF"u8);
        header.AddRange(Bytes(Version));
        header.AddRange(Bytes((ulong)tensors.Count));
        header.AddRange(Bytes((ulong)keys.Count));
        foreach (var key in keys)
            header.AddRange(key);
        var data = new MemoryStream();
        foreach (var (name, dims, type, bytes) in tensors)
        {
            header.AddRange(Text(name));
            header.AddRange(Bytes((uint)dims.Length));
            foreach (var d in dims)
                header.AddRange(Bytes((ulong)d));
            header.AddRange(Bytes(type));
            header.AddRange(Bytes((ulong)data.Length));
            data.Write(bytes);
            data.SetLength(data.Position = Padded(data.Length));
        }
        var file = new byte[Padded(header.Count) + data.Length];
        header.CopyTo(file);
        data.ToArray().CopyTo(file, (int)Padded(header.Count));
        return file;
    }

    private long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;

    private static byte[] Text(string text) => [.. Bytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
