using System.Buffers.Binary;
using Assay.Engine.Models.Gguf;

namespace Assay.Bench.Oracles;

/// <summary>
/// What a provider serves who silently quantises: the same weights as Q4_0 has them. A block of Q4_0 is 32 numbers (q - 8) d with q from 0
/// to 15, and Q8_0 holds the very same numbers, so the file keeps its form and only the weights change.
/// </summary>
internal static class FourBits
{
    /// <param name="gguf">A model with matrices in Q8_0.</param>
    public static byte[] Of(byte[] gguf)
    {
        var made = gguf.ToArray();
        var changed = 0;
        foreach (var tensor in GgufFile.Read(gguf).Tensors.Where(t => t.Type == WeightType.Q8_0))
        {
            for (var at = (int)tensor.Offset; at < tensor.Offset + tensor.Bytes; at += 34)
                Block(made.AsSpan(at, 34));
            changed++;
        }
        return changed > 0 ? made : throw new InvalidOperationException("the model has no matrix in Q8_0");
    }

    // d is the value of the largest magnitude divided by -8, as ggml chooses it.
    private static void Block(Span<byte> block)
    {
        var scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
        var most = 0f;
        for (var i = 2; i < 34; i++)
            if (Math.Abs((sbyte)block[i] * scale) > Math.Abs(most))
                most = (sbyte)block[i] * scale;
        var step = (Half)(most / -8);
        for (var i = 2; i < 34; i++)
            block[i] = (byte)(sbyte)((float)step == 0 ? 0 : Math.Clamp((int)(((sbyte)block[i] * scale / (float)step) + 8.5f), 0, 15) - 8);
        BinaryPrimitives.WriteHalfLittleEndian(block, step);
    }
}
