using System.Buffers.Binary;
using System.Collections.Immutable;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Language;

/// <summary>A tensor of a model's files before anyone knows what it is for.</summary>
/// <param name="Dims">As rows and columns go: outermost first.</param>
internal sealed record StoredTensor(string Name, WeightType Type, ImmutableArray<long> Dims, ReadOnlyMemory<byte> Data);

/// <summary>The tensors of a model by name, handed out with their shapes checked; what nobody took is refused at the end.</summary>
internal sealed class WeightTable
{
    private readonly Dictionary<string, StoredTensor> tensors;
    private readonly Dictionary<string, StoredTensor> used = new(StringComparer.Ordinal);

    public WeightTable(IEnumerable<StoredTensor> tensors) => this.tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Every tensor taken so far.</summary>
    public IEnumerable<StoredTensor> Used => used.Values;

    public bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>Rows of a matrix's shape without taking it, or null where it is not there.</summary>
    public long? Rows(string name) => tensors.TryGetValue(name, out var tensor) && tensor.Dims.Length == 2 ? tensor.Dims[0] : null;

    /// <exception cref="ModelException">It is not there, or has another shape.</exception>
    public WeightMatrix Matrix(string name, long rows, long columns)
    {
        var tensor = Take(name, [rows, columns]);
        return new WeightMatrix(name, tensor.Type, (int)rows, (int)columns, tensor.Data);
    }

    /// <summary>A vector of floating-point numbers.</summary>
    public WeightMatrix Vector(string name, long length)
    {
        var tensor = Take(name, [length]);
        if (tensor.Type.IsQuantized)
            throw new ModelException($"tensor '{ShownName.Of(name)}' has the type {tensor.Type}, where a vector is F32, F16 or BF16");
        return new WeightMatrix(name, tensor.Type, 1, (int)length, tensor.Data);
    }

    /// <summary>The scale of a norm, where a file stores how far it is from 1: with the 1 added, in float32.</summary>
    public WeightMatrix VectorPlusOne(string name, long length)
    {
        var stored = Vector(name, length);
        var sums = new byte[length * 4];
        for (var i = 0; i < length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(sums.AsSpan(i * 4), Number(stored, i) + 1);
        return stored with { Type = WeightType.F32, Data = sums };
    }

    /// <summary>The numbers of a vector.</summary>
    public ImmutableArray<float> Numbers(string name, long length)
    {
        var stored = Vector(name, length);
        return [.. Enumerable.Range(0, (int)length).Select(i => Number(stored, i))];
    }

    /// <summary>The matrices of all experts, stored as one tensor [count, rows, columns].</summary>
    public ImmutableArray<WeightMatrix> Stacked(string name, int count, long rows, long columns)
    {
        var tensor = Take(name, [count, rows, columns]);
        var bytes = (int)(rows * tensor.Type.RowBytes(columns));
        return [.. Enumerable.Range(0, count).Select(e => new WeightMatrix(name, tensor.Type, (int)rows, (int)columns, tensor.Data.Slice(e * bytes, bytes)))];
    }

    /// <exception cref="ModelException">A tensor was not taken that is not named as one that adds nothing.</exception>
    public void RefuseTheRest(Func<string, bool> addsNothing)
    {
        foreach (var name in tensors.Keys)
            if (!used.ContainsKey(name) && !addsNothing(name))
                throw new ModelException($"tensor '{ShownName.Of(name)}' has no place in this architecture");
    }

    private StoredTensor Take(string name, ReadOnlySpan<long> dims)
    {
        if (!tensors.TryGetValue(name, out var tensor))
            throw new ModelException($"tensor '{name}' is missing");
        if (!tensor.Dims.AsSpan().SequenceEqual(dims))
            throw new ModelException($"tensor '{name}' has the shape [{string.Join(", ", tensor.Dims)}], where the architecture needs [{string.Join(", ", dims.ToArray())}]");
        // A matrix may be taken twice (output and embedding); what a model computes does not depend on how often.
        used[name] = tensor;
        return tensor;
    }

    private static float Number(WeightMatrix vector, int i) => vector.Type switch
    {
        WeightType.F32 => BinaryPrimitives.ReadSingleLittleEndian(vector.Data.Span[(i * 4)..]),
        WeightType.F16 => HalfFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(vector.Data.Span[(i * 2)..])),
        _ => BrainFloat.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(vector.Data.Span[(i * 2)..])),
    };
}
