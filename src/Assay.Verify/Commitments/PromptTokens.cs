using System.Buffers.Binary;

namespace Assay.Verify.Commitments;

/// <summary>
/// The canonical encoding of a language model's prompt, <c>u32be(count) || count × u32be(id)</c>, and of several texts to embed,
/// <c>u32be(texts) || texts × prompt</c> (docs/spec/receipt.md, Language models).
/// </summary>
public static class PromptTokens
{
    public const string MediaType = "application/vnd.assay.prompt.v1";
    public const string ListMediaType = "application/vnd.assay.prompts.v1";

    public static byte[] Encode(ReadOnlySpan<int> ids)
    {
        var bytes = new byte[4 + 4 * ids.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, ids.Length);
        for (var i = 0; i < ids.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), ids[i]);
        return bytes;
    }

    /// <exception cref="MalformedException">Not a prompt.</exception>
    public static int[] Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || bytes.Length % 4 != 0 || BinaryPrimitives.ReadUInt32BigEndian(bytes) != bytes.Length / 4 - 1)
            throw new MalformedException($"{bytes.Length} bytes that are not the token ids of a prompt behind their number");
        var ids = new int[bytes.Length / 4 - 1];
        for (var i = 0; i < ids.Length; i++)
            if ((ids[i] = BinaryPrimitives.ReadInt32BigEndian(bytes[(4 + 4 * i)..])) < 0)
                throw new MalformedException($"token {i} of the prompt has an id above 2^31 - 1");
        return ids;
    }

    public static byte[] EncodeList(IReadOnlyList<int[]> texts)
    {
        var bytes = new byte[4 + texts.Sum(t => 4 + 4 * t.Length)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, texts.Count);
        var at = 4;
        foreach (var text in texts)
        {
            Encode(text).CopyTo(bytes, at);
            at += 4 + 4 * text.Length;
        }
        return bytes;
    }

    /// <exception cref="MalformedException">Not a list of prompts.</exception>
    public static int[][] DecodeList(ReadOnlySpan<byte> bytes)
    {
        // Each prompt has four bytes at least, so what the list claims to hold is bounded by what there is.
        if (bytes.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(bytes) is var count && count > (uint)(bytes.Length - 4) / 4)
            throw new MalformedException($"{bytes.Length} bytes that are not prompts behind their number");
        var texts = new int[(int)count][];
        var rest = bytes[4..];
        for (var i = 0; i < texts.Length; i++)
        {
            var length = rest.Length < 4 ? -1 : 4 + 4 * (long)BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length < 0 || length > rest.Length)
                throw new MalformedException($"prompt {i} of {count} is cut short");
            texts[i] = Decode(rest[..(int)length]);
            rest = rest[(int)length..];
        }
        return rest.IsEmpty ? texts : throw new MalformedException($"{rest.Length} bytes behind the last of {count} prompts");
    }
}
