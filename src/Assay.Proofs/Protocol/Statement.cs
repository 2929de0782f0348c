using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Assay.Proofs.Files;
using Assay.Proofs.Hashing;
using Assay.Proofs.Models;

namespace Assay.Proofs.Protocol;

/// <summary>What a proof says: this committed model gave this output on this input (docs/spec/proofs.md section 3).</summary>
/// <param name="ModelId">32 bytes: of the published model, never the proof's own.</param>
/// <param name="Context">The client's nonce and the receipt's commitments, each length-prefixed by whoever makes it.</param>
/// <param name="Input">Batch by batch, in the order of the real places.</param>
/// <param name="Output">As many of the last layer.</param>
public sealed record Statement(ReadOnlyMemory<byte> ModelId, ReadOnlyMemory<byte> Context, int Batch, ImmutableArray<sbyte> Input, ImmutableArray<sbyte> Output)
{
    /// <summary>Begins a transcript with all of it.</summary>
    public Transcript Begin(ProofModel model)
    {
        var shapes = model.Shapes(Batch);
        var transcript = new Transcript();
        transcript.Absorb(1, ProofHeader.Begin(model.Parameters));
        transcript.Absorb(2, ModelId.Span);
        transcript.Absorb(3, Context.Span);
        transcript.Absorb(4, Tensor(shapes[0], Input));
        transcript.Absorb(5, Tensor(shapes[^1], Output));
        return transcript;
    }

    /// <summary>The public input as a table, its padding the zero point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Field.Felt[] InputTable(ProofPlan plan)
    {
        var table = new Field.Felt[1 << plan.Shapes[0].Log];
        Array.Fill(table, Field.Felt.From((long)plan.Model.InputZeroPoint));
        foreach (var (i, place) in plan.Shapes[0].Places().Index())
            table[place] = Field.Felt.From((long)Input[i]);
        return table;
    }

    /// <summary>The public output as a table, its padding zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Field.Felt[] OutputTable(ProofPlan plan)
    {
        var table = new Field.Felt[1 << plan.Shapes[^1].Log];
        foreach (var (i, place) in plan.Shapes[^1].Places().Index())
            table[place] = Field.Felt.From((long)Output[i]);
        return table;
    }

    // The rank, the sizes of all axes with the batch first, and the bytes: no two tensors are absorbed alike.
    private static byte[] Tensor(TensorShape shape, ImmutableArray<sbyte> values)
    {
        var head = new byte[4 * (1 + shape.Axes.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(head, shape.Axes.Length);
        foreach (var (i, axis) in shape.Axes.Index())
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4 * (i + 1)), axis.Size);
        return [.. head, .. MemoryMarshal.AsBytes(values.AsSpan())];
    }
}
