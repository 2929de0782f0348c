using System.Buffers.Binary;

namespace Assay.Verify.Commitments;

/// <summary>The canonical encoding of a language model's prompt: <c>u32be(count) || count × u32be(id)</c> (docs/spec/receipt.md, Language models).</summary>
public static class PromptTokens
{
    public const string MediaType = "application/vnd.assay.prompt.v1";

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
}
