using System.Buffers.Binary;
using System.Text;
using Assay.Verify;

namespace Assay.Proofs.Files;

/// <summary>Reads figures of a commitment file, little-endian; nothing is allocated for what is not there.</summary>
internal sealed class FileReader(ReadOnlyMemory<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private int at;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > bytes.Length - at)
            throw Wrong("it ends too early");
        at += count;
        return bytes.Span.Slice(at - count, count);
    }

    public byte Byte() => Bytes(1)[0];

    public ushort Word() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public short Short() => BinaryPrimitives.ReadInt16LittleEndian(Bytes(2));

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4));

    /// <summary>A list: its length, then each element.</summary>
    /// <param name="size">The least number of bytes of an element.</param>
    public T[] List<T>(int size, Func<T> element)
    {
        var count = Int();
        if (count < 0 || count > (bytes.Length - at) / size)
            throw Wrong("a list is longer than the file");
        var list = new T[count];
        for (var i = 0; i < count; i++)
            list[i] = element();
        return list;
    }

    /// <param name="most">Bytes.</param>
    public string Text(int most)
    {
        try
        {
            return List(1, Byte) is var utf8 && utf8.Length <= most ? Strict.GetString(utf8) : throw Wrong($"a name of {utf8.Length} bytes, more than {most}");
        }
        catch (DecoderFallbackException wrong)
        {
            throw new MalformedException("a commitment file: a name is not UTF-8", wrong);
        }
    }

    public void End()
    {
        if (at != bytes.Length)
            throw Wrong("there are bytes after its end");
    }

    public static MalformedException Wrong(string what) => new($"a commitment file: {what}");
}

/// <summary>The mirror of <see cref="FileReader"/>.</summary>
internal sealed class FileWriter
{
    private readonly MemoryStream bytes = new();

    public void Bytes(ReadOnlySpan<byte> value) => bytes.Write(value);

    public void Byte(int value) => bytes.WriteByte(checked((byte)value));

    public void Word(int value)
    {
        Span<byte> word = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(word, checked((ushort)value));
        bytes.Write(word);
    }

    public void Short(int value)
    {
        Span<byte> word = stackalloc byte[2];
        BinaryPrimitives.WriteInt16LittleEndian(word, checked((short)value));
        bytes.Write(word);
    }

    public void Int(int value)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(word, value);
        bytes.Write(word);
    }

    public void Float(float value) => Int(BitConverter.SingleToInt32Bits(value));

    public void List<T>(IReadOnlyCollection<T> list, Action<T> element)
    {
        Int(list.Count);
        foreach (var value in list)
            element(value);
    }

    public void Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Int(utf8.Length);
        Bytes(utf8);
    }

    public byte[] ToArray() => bytes.ToArray();
}
