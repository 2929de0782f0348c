using System.Globalization;
using Assay.Engine.Models.Gguf;

namespace Assay.Engine.Tests.Models.Gguf;

/// <summary>Cuts a GGUF file into parts as llama.cpp's gguf-split does: all metadata in the first, the tensors shared out.</summary>
internal static class TinyParts
{
    public static string NameOf(string stem, int part, int count) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{part:D5}-of-{count:D5}.gguf");

    /// <param name="change">Of a part (from 0): what it says that it is, of how many parts and of how many tensors it says; null for the truth.</param>
    public static byte[][] Cut(byte[] gguf, int count, Func<int, (int No, int Count, int Tensors)>? change = null)
    {
        using var file = GgufFile.Read(gguf);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var writer = new GgufWriter();
            foreach (var (key, value) in file.Metadata.Where(_ => i == 0))
                _ = value.Count is { } elements ? writer.Array(key, value.Type, elements, value.Bytes.ToArray()) : writer.Key(key, value.Type, value.Bytes.ToArray());
            var says = change?.Invoke(i) ?? (i, count, file.Tensors.Length);
            writer.Key("split.no", GgufType.UInt16, BitConverter.GetBytes((ushort)says.No))
                .Key("split.count", GgufType.UInt16, BitConverter.GetBytes((ushort)says.Count))
                .Key("split.tensors.count", GgufType.Int32, BitConverter.GetBytes(says.Tensors));
            foreach (var tensor in file.Tensors.Skip(file.Tensors.Length * i / count).Take((file.Tensors.Length * (i + 1) / count) - (file.Tensors.Length * i / count)))
                writer.Tensor(tensor.Name, tensor.Type, [.. tensor.Dims], file.Data(tensor).ToArray());
            return writer.ToBytes();
        })];
    }
}
