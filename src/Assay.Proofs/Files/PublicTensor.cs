using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Assay.Proofs.Models;
using Assay.Verify;

namespace Assay.Proofs.Files;

/// <summary>
/// What is outside of a proof at its input or output: the one tensor that a receipt commits to (docs/spec/tensors.md), and how its elements
/// become int8 and int8 become them (docs/spec/assay-int8-v1.md, Quantize and Dequantize).
/// </summary>
/// <param name="Name">The graph's name for it.</param>
/// <param name="IsFloat">float32; else int8, and taken as it is.</param>
/// <param name="Extents">0 is the batch, and stands first or nowhere: then there is one inference.</param>
/// <param name="Factor">Of an input its inverse scale, of an output its scale; 0 of int8.</param>
/// <param name="ZeroPoint">0 of int8.</param>
public sealed record PublicTensor(string Name, bool IsFloat, ImmutableArray<int> Extents, float Factor, int ZeroPoint)
{
    /// <summary>No batch is larger.</summary>
    public const int MostBatch = 1 << 16;

    /// <summary>Bytes of a name: no encoding of tensors has a longer one.</summary>
    public const int MostName = 1 << 14;

    /// <summary>Elements of one inference.</summary>
    public long Count => Extents.Aggregate(1L, (product, extent) => product * (extent == 0 ? 1 : extent));

    private int ElementSize => IsFloat ? 4 : 1;

    /// <summary>An int8 tensor.</summary>
    public static PublicTensor Int8(string name, params ImmutableArray<int> extents) => new(name, false, extents, 0, 0);

    /// <summary>What an encoding's elements are as int8, quantised.</summary>
    /// <returns>Null where it is not an encoding of this tensor alone.</returns>
    public (int Batch, ImmutableArray<sbyte> Values)? Quantize(ReadOnlySpan<byte> encoding)
    {
        if (Open(encoding) is not var (batch, at))
            return null;
        var values = ImmutableArray.CreateBuilder<sbyte>((encoding.Length - at) / ElementSize);
        for (; at < encoding.Length; at += ElementSize)
            values.Add(IsFloat ? Quantize(BinaryPrimitives.ReadSingleLittleEndian(encoding[at..])) : (sbyte)encoding[at]);
        return (batch, values.MoveToImmutable());
    }

    /// <summary>The int8 of which an encoding's elements are the dequantised values.</summary>
    /// <returns>Null where it is not an encoding of this tensor alone, or an element is no such value.</returns>
    public (int Batch, ImmutableArray<sbyte> Values)? Invert(ReadOnlySpan<byte> encoding)
    {
        if (Open(encoding) is not var (batch, at))
            return null;
        var of = IsFloat ? Enumerable.Range(-128, 256).ToDictionary(y => BitConverter.SingleToUInt32Bits(Dequantize(y)), y => (sbyte)y) : [];
        var values = ImmutableArray.CreateBuilder<sbyte>((encoding.Length - at) / ElementSize);
        for (; at < encoding.Length; at += ElementSize)
        {
            if (!IsFloat)
                values.Add((sbyte)encoding[at]);
            else if (of.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(encoding[at..]), out var value))
                values.Add(value);
            else
                return null;
        }
        return (batch, values.MoveToImmutable());
    }

    /// <summary>clamp(zp + rne(x · inverse scale)): one binary32 product, then to nearest, ties to even; of NaN the zero point.</summary>
    public sbyte Quantize(float x)
    {
        var product = x * Factor;
        // A binary64 sum is exact wherever the clamp leaves it alone.
        return float.IsNaN(product) ? (sbyte)ZeroPoint : (sbyte)Math.Clamp(ZeroPoint + (double)MathF.Round(product, MidpointRounding.ToEven), -128, 127);
    }

    /// <summary>float32(y − zp) · scale: one binary32 product.</summary>
    public float Dequantize(int y) => (float)(y - ZeroPoint) * Factor;

    internal void Write(FileWriter file)
    {
        file.Text(Name);
        file.Byte(IsFloat ? 1 : 0);
        file.List(Extents, file.Int);
        file.Float(Factor);
        file.Short(ZeroPoint);
    }

    /// <exception cref="MalformedException">Not such a tensor, or two int8 stand for one float.</exception>
    internal static PublicTensor Read(FileReader file)
    {
        var (name, type, extents, factor, zeroPoint) = (file.Text(MostName), file.Byte(), file.List(4, file.Int), file.Float(), file.Short());
        var tensor = new PublicTensor(name, type == 1, [.. extents], factor, zeroPoint);
        if (type > 1 || extents.Length > 16 || zeroPoint is < -128 or > 127 || extents.Index().Any(e => e.Item is < 0 or > 1 << ProofModel.MostLogPlaces || (e.Item == 0 && e.Index > 0)))
            throw FileReader.Wrong("a public tensor's type, extents or zero point");
        const long most = 1L << ProofModel.MostLogPlaces;
        if (extents.Aggregate(1L, (product, extent) => Math.Min(most + 1, product * Math.Max(1, extent))) > most)
            throw FileReader.Wrong("a public tensor is too large");
        if (type == 0 ? BitConverter.SingleToInt32Bits(factor) != 0 || zeroPoint != 0 : !float.IsNormal(factor) || factor < 0)
            throw FileReader.Wrong("a public tensor's scale");
        if (type == 1 && (!float.IsFinite(tensor.Dequantize(-128)) || !float.IsFinite(tensor.Dequantize(127))
            || Enumerable.Range(-128, 256).Select(y => BitConverter.SingleToUInt32Bits(tensor.Dequantize(y))).Distinct().Count() < 256))
            throw FileReader.Wrong("a scale at which int8 cannot be told apart");
        return tensor;
    }

    // The batch, and where the elements begin.
    private (int Batch, int At)? Open(ReadOnlySpan<byte> encoding)
    {
        var (head, size) = (Head(1).Length, Count * ElementSize);
        if (encoding.Length < head || (encoding.Length - head) % size != 0)
            return null;
        var batch = (encoding.Length - head) / size;
        return batch is >= 1 and <= MostBatch && (batch == 1 || (Extents.Length > 0 && Extents[0] == 0)) && encoding.StartsWith(Head((int)batch)) ? ((int)batch, head) : null;
    }

    private byte[] Head(int batch)
    {
        var head = new MemoryStream();
        head.Write("assay/tensors/v1\n"u8);
        Number(1);
        Part(Encoding.UTF8.GetBytes(Name));
        Part(IsFloat ? "float32"u8 : "int8"u8);
        Number(Extents.Length);
        foreach (var extent in Extents)
            Number(extent == 0 ? batch : extent);
        Number(batch * Count * ElementSize);
        return head.ToArray();

        void Number(long value)
        {
            Span<byte> number = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            head.Write(number);
        }

        void Part(ReadOnlySpan<byte> bytes)
        {
            Number(bytes.Length);
            head.Write(bytes);
        }
    }
}
