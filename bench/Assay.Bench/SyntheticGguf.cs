using System.Runtime.InteropServices;
using System.Text;
using Assay.Engine.Models.Gguf;

namespace Assay.Bench;

/// <summary>Writes a <see cref="SyntheticModel"/> as a GGUF file, version 3 (ggml, docs/gguf.md), that both sides open. The same bytes every time.</summary>
internal static class SyntheticGguf
{
    private const int Alignment = 32, ChunkBytes = 1 << 20;

    private sealed record TensorPlace(string Name, int Rows, int Columns, WeightType Type)
    {
        public long Bytes => Type.RowBytes(Columns) * Rows;
    }

    /// <summary>Writes the file unless it is there; a file that has its name is whole.</summary>
    /// <returns>Its path.</returns>
    public static string Write(SyntheticModel model, WeightType type, string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"assay-synthetic-1-{model.Name}-{type.ToString().ToLowerInvariant()}.gguf");
        if (File.Exists(path))
            return path;
        var partial = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, ChunkBytes))
            Write(model, type, file);
        File.Move(partial, path, overwrite: true);
        return path;
    }

    public static void Write(SyntheticModel model, WeightType type, Stream output)
    {
        List<TensorPlace> tensors =
        [
            .. model.Matrices().Select(m => new TensorPlace(m.Name + ".weight", m.Rows, m.Columns, SyntheticModel.Stored(type, m.Columns))),
            .. model.Norms().Select(n => new TensorPlace(n + ".weight", 1, model.Width, WeightType.F32)),
        ];
        var header = Header(model, type, tensors);
        output.Write(header);
        output.Write(new byte[Padding(header.Length)]);
        var chunk = new byte[ChunkBytes];
        var seed = 1UL;
        foreach (var tensor in tensors)
        {
            var ones = tensor.Type == WeightType.F32;
            if (ones)
                MemoryMarshal.Cast<byte, float>(chunk.AsSpan()).Fill(1);
            var (left, whole) = (tensor.Bytes, ChunkBytes / tensor.Type.BlockBytes * tensor.Type.BlockBytes);
            while (left > 0)
            {
                var part = chunk.AsSpan(0, (int)Math.Min(left, whole));
                if (!ones)
                    SyntheticWeights.Fill(part, tensor.Type, tensor.Columns, ref seed);
                output.Write(part);
                left -= part.Length;
            }
            output.Write(new byte[Padding(tensor.Bytes)]);
        }
    }

    private static int Padding(long length) => (int)(-length & (Alignment - 1));

    private static byte[] Header(SyntheticModel model, WeightType type, List<TensorPlace> tensors)
    {
        using var stream = new MemoryStream();
        using var w = new BinaryWriter(stream);
        var count = 0;
        w.Write("GGUF"u8);
        w.Write(3u);
        w.Write((ulong)tensors.Count);
        var place = stream.Position;
        w.Write(0UL);
        Name("general.architecture", "llama");
        Name("general.name", $"synthetic {model.Name} {type}");
        Number("llama.context_length", SyntheticModel.ContextLength);
        Number("llama.embedding_length", model.Width);
        Number("llama.block_count", model.Layers);
        Number("llama.feed_forward_length", model.FeedForward);
        Number("llama.attention.head_count", model.Heads);
        Number("llama.attention.head_count_kv", model.KvHeads);
        Number("llama.rope.dimension_count", model.HeadSize);
        Key("llama.attention.layer_norm_rms_epsilon", GgufType.Float32);
        w.Write(1e-5f);
        Vocabulary();
        foreach (var (tensor, offset) in tensors.Zip(Offsets(tensors)))
        {
            Text(tensor.Name);
            w.Write(tensor.Rows == 1 ? 1u : 2u);
            w.Write((ulong)tensor.Columns);
            if (tensor.Rows > 1)
                w.Write((ulong)tensor.Rows);
            w.Write((uint)tensor.Type);
            w.Write((ulong)offset);
        }
        w.Flush();
        stream.Position = place;
        w.Write((ulong)count);
        w.Flush();
        return stream.ToArray();

        // SentencePiece: unknown, begin, end, the 256 bytes, and then words.
        void Vocabulary()
        {
            Name("tokenizer.ggml.model", "llama");
            string[] first = ["<unk>", "<s>", "</s>", .. Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>")];
            Array("tokenizer.ggml.tokens", GgufType.String);
            for (var i = 0; i < model.Vocabulary; i++)
                Text(i < first.Length ? first[i] : $"w{i}");
            Array("tokenizer.ggml.scores", GgufType.Float32);
            for (var i = 0; i < model.Vocabulary; i++)
                w.Write((float)-i);
            Array("tokenizer.ggml.token_type", GgufType.Int32);
            for (var i = 0; i < model.Vocabulary; i++)
                w.Write(i switch { 0 => 2, 1 or 2 => 3, _ when i < first.Length => 6, _ => 1 });
        }

        void Array(string name, GgufType elements)
        {
            Key(name, GgufType.Array);
            w.Write((uint)elements);
            w.Write((ulong)model.Vocabulary);
        }

        void Number(string name, int value)
        {
            Key(name, GgufType.UInt32);
            w.Write((uint)value);
        }

        void Name(string name, string value)
        {
            Key(name, GgufType.String);
            Text(value);
        }

        void Key(string name, GgufType kind)
        {
            Text(name);
            w.Write((uint)kind);
            count++;
        }

        void Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            w.Write((ulong)bytes.Length);
            w.Write(bytes);
        }
    }

    private static IEnumerable<long> Offsets(List<TensorPlace> tensors)
    {
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            yield return offset;
            offset += tensor.Bytes + Padding(tensor.Bytes);
        }
    }
}
